export { DeployedError } from "./deployed-error";
export type { Deployment } from "./ecs";
export {
  CONTAINERS,
  type ContainerName,
  type Endpoint,
  endpointNamed,
  endpointsNamed,
  endpointsOf,
} from "./endpoint";
export type { EndpointReport, LogExcerpt } from "./report";
export { requirePlugin, runPlugin } from "./session-manager-plugin";
export { openShell, type ShellOptions, type ShellSession } from "./shell";
export { readStatus, type StatusOptions } from "./status";
export type { StoppedTasks } from "./stopped-tasks";
export type { EndpointState } from "./verdict";
