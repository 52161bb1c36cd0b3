import type { CallQueue, CallTable, Payloads, Registry } from "../aws";
import type { CallSurvey } from "../aws/call-survey";

/** Where an operator finds calls. What a command may not need is asked for when it does. */
export interface OperatorStores {
  readonly table: CallTable;
  readonly survey: CallSurvey;
  registry(): Registry;
  payloads(): Promise<Payloads>;
  queue(url: string): CallQueue;
  /** Milliseconds since 1970 on AWS's clock. */
  now(): number;
}
