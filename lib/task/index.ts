export {
  type CallerConfig,
  type ControlConfig,
  callerSchema,
  controlConfigSchema,
  type WorkerConfig,
  workerConfigSchema,
} from "./calls-config";
export {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  FUNCTION_LABEL,
  GATEWAY_CONTAINER,
  PORT_VARIABLE,
} from "./container-definition";
export { deployMinutes, deregistrationDelay, START_MARGIN } from "./deploy";
export { type GatewayConfig, gatewayConfigSchema } from "./gateway-config";
export {
  type AccountScope,
  decryptTokensStatement,
  EXEC_STATEMENT,
  ecsTasksTrust,
  executionStatements,
  policyDocument,
  readTokensStatement,
  type Statement,
} from "./iam";
export { platformProblems, platformWarnings } from "./platform-problems";
export { type RegistryEntry, registryItem } from "./registry-item";
export { type SecretReference, secretReference } from "./secret-reference";
export { GATEWAY_SHARE, type TaskSize, taskSize } from "./size";
export { timersOf } from "./timers";
export { type TaskPlatform, type WebTask, webTask } from "./web-task";
