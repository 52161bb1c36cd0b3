export { type Attributes, type AttributeValue, numberOf, textOf } from "./attributes";
export { CADENCE, idleControlRequests, idleFunctionRequests, SWEEPS_BETWEEN_QUEUES } from "./cadence";
export { type FunctionName, functionTag, newCallId, openKey, openKeys, sha256, tagOf } from "./call-id";
export { applied, type Change } from "./change";
export { FUNCTION_KIND, type FunctionEntry, readFunctionEntry, registryKey, toRegistryItem } from "./function-entry";
export { type CallMessage, readMessage, writeMessage } from "./message";
export { type CallError, type CallRecord, type CallState, FINAL_STATES, isFinal, type PayloadRef } from "./record";
export { OPEN_INDEX, RECORD_KEY, readRecord, toItem, updateOf } from "./record-item";
export { retentionOf } from "./retention";
export {
  type AfterAttempt,
  type AfterDeath,
  type AttemptRules,
  type Cancel,
  type Claim,
  type Closing,
  cancel,
  cancelled,
  claim,
  create,
  died,
  type Ending,
  fail,
  type RetryRules,
  release,
  reopen,
  SWEEP_SLACK_MS,
  type Sweep,
  sent,
  succeed,
  sweep,
  timedOut,
} from "./transitions";
