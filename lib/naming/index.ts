export { defaultLabel, type HostLabelParts, hostLabel } from "./host-label";
export { kebabCase } from "./kebab-case";
export { nearest } from "./nearest";
export {
  APP_MAX_LENGTH,
  APP_PATTERN,
  ENVIRONMENT_MAX_LENGTH,
  ENVIRONMENT_PATTERN,
  LABEL_MAX_LENGTH,
  LABEL_PATTERN,
  NAME_MAX_LENGTH,
  NAME_PATTERN,
  WORKSPACE_MAX_LENGTH,
  WORKSPACE_PATTERN,
} from "./patterns";
export { type Identity, type PhysicalNameOptions, physicalName } from "./physical-name";
export { slug } from "./slug";
export { stableHash } from "./stable-hash";
