import type { AttemptRules } from "../../../../calls";
import { CallQueue, CallTable, type Clock, Payloads, Registry } from "../../../../calls/aws";
import type { WorkerConfig } from "../../../../task/calls-config";
import type { Log } from "../../log";
import type { WorkerSurroundings } from "../worker-role";
import { ExchangeFiles } from "./executor";

/** What all that a worker does has in common. */
export interface WorkerContext {
  readonly config: WorkerConfig["worker"];
  readonly rules: AttemptRules;
  readonly owner: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly table: CallTable;
  readonly queue: CallQueue;
  readonly deadLetters: CallQueue;
  readonly payloads: Payloads;
  readonly registry: Registry;
  readonly files: ExchangeFiles;
}

export function createContext(
  { worker }: WorkerConfig,
  { clients, log, owner }: Pick<WorkerSurroundings, "clients" | "log" | "owner">,
): WorkerContext {
  const table = new CallTable(clients.dynamodb, worker.table);
  return {
    config: worker,
    rules: worker,
    owner,
    log,
    clock: clients.clock,
    table,
    queue: new CallQueue(clients.sqs, worker.queueUrl),
    deadLetters: new CallQueue(clients.sqs, worker.dlqUrl),
    payloads: new Payloads(table, clients.s3, worker.bucket),
    registry: new Registry(clients.dynamodb, worker.registry),
    files: new ExchangeFiles(worker.executorSocket),
  };
}
