export {
  type CallerConfig,
  type ControlConfig,
  callerSchema,
  controlConfigSchema,
  type WorkerConfig,
  workerConfigSchema,
} from "./calls-config";
export {
  type CallsNames,
  callerStatements,
  controlStatements,
  type GrantedFunction,
  queueArn,
  queueStatements,
  type WorkingFunction,
  wakeStatement,
  workerStatements,
} from "./calls-iam";
export {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  FUNCTION_LABEL,
  GATEWAY_CONTAINER,
  PORT_VARIABLE,
} from "./container-definition";
export { CONTROL, CONTROL_CONTAINER, controlContainer } from "./control-task";
export { deployMinutes, deregistrationDelay, START_MARGIN } from "./deploy";
export { functionItem } from "./function-item";
export {
  type CallStores,
  entryOf,
  type FunctionPlaces,
  type FunctionTask,
  functionTask,
  MEETING_VOLUME,
  VISIBILITY_MS,
} from "./function-task";
export { type GatewayConfig, gatewayConfigSchema } from "./gateway-config";
export {
  type AccountScope,
  decryptTokensStatement,
  EXEC_STATEMENT,
  ecsTasksTrust,
  executionStatements,
  policyDocument,
  readTokensStatement,
  readTokensStatements,
  type Statement,
} from "./iam";
export { payloadDays } from "./payload-days";
export { platformProblems, platformWarnings, publicCallsProblems } from "./platform-problems";
export { policyCharacters, ROLE_POLICY_CHARACTERS } from "./policy-size";
export { QUEUE } from "./queue";
export { queueNames } from "./queue-names";
export { type RegistryEntry, registryItem } from "./registry-item";
export { type SecretReference, secretReference } from "./secret-reference";
export { GATEWAY_SHARE, type TaskSize, taskSize } from "./size";
export { timersOf } from "./timers";
export { asksForTokens, type TaskPlatform, type WebTask, webTask } from "./web-task";
