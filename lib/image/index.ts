export { gatewayImage } from "./gateway-image";
export { ECR_REGISTRY_ARG, Image } from "./image";
export type { LocalFiles } from "./local-files";
export { GATEWAY_FILES, nameOf, pathOf } from "./own-folders";
export { PYTHON_PACKAGES, type PythonKind, pythonImage } from "./python-image";
export { pythonPackage } from "./python-package";
export { expireUntagged } from "./repository-policy";
