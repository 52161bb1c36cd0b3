import { CallTable, type Clients, ControlAddresses, Payloads, Registry } from "../../../../calls/aws";
import type { CallerConfig } from "../../../../task/calls-config";
import type { Log } from "../../log";
import { CallsApi } from "./calls-api";
import { Functions } from "./functions";
import { Queues } from "./queues";
import { Waiters } from "./waiters";
import { WakeAsker } from "./wake-asker";

export interface CallsApiSurroundings {
  readonly clients: Clients;
  readonly log: Log;
  /** Base URL of this gateway's control port, as workers reach it. */
  readonly self: string | undefined;
  /** In which everything that is granted is. */
  readonly environment: string;
}

export function createCallsApi(config: CallerConfig, { clients, log, self, environment }: CallsApiSurroundings) {
  const { dynamodb, sqs, s3, clock } = clients;
  const table = new CallTable(dynamodb, config.table);
  const waiters = new Waiters();
  const api = new CallsApi(
    { ...config, environment },
    {
      table,
      payloads: new Payloads(table, s3, config.bucket),
      queues: new Queues(sqs),
      functions: new Functions(new Registry(dynamodb, config.registry)),
      waiters,
      wake: new WakeAsker(new ControlAddresses(dynamodb, config.table), clock, log),
      clock,
      log,
      retentionS: config.retentionS,
      self,
    },
  );
  return { api, waiters };
}
