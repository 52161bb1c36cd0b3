export { ECR_REGISTRY_ARG, Image } from "./image";
