export { ExchangeFiles, FileProblem } from "./exchange-files";
export type { CallOutput, Executor, Outcome } from "./executor";
export { ExecutorHost } from "./host";
export { type AttemptKey, type CancelReason, isArguments, MOST_INLINE_BYTES } from "./protocol";
