import type { Clients } from "../../../calls/aws";
import type { CallerConfig, WorkerConfig } from "../../../task/calls-config";
import type { GatewayConfig } from "../../../task/gateway-config";
import type { Program } from "../program";
import { readTaskMetadata } from "../task-metadata";
import { callsLog } from "./calls-log";
import { loadCalls } from "./load";
import { ownAddress } from "./own-address";

/** The calls API of a task that may make calls. */
export async function openCalls(
  config: GatewayConfig | WorkerConfig,
  calls: CallerConfig,
  program: Pick<Program, "log" | "output">,
  known: { readonly clients?: Clients; readonly metadata?: Awaited<ReturnType<typeof readTaskMetadata>> } = {},
) {
  const { createClients, createCallsApi, mountCallsApi } = loadCalls();
  const { region, endpoints, listen, app } = config;
  const clients = known.clients ?? createClients({ region, endpoints });
  const metadata = known.metadata ?? (await readTaskMetadata(process.env));
  const self = `http://${ownAddress(metadata, listen.host)}:${listen.controlPort}`;
  const log = callsLog(program.output, { app, function: config.function });
  const { api, waiters } = createCallsApi(calls, { clients, log: program.log, self, environment: config.environment });
  return {
    api,
    log,
    serve: mountCallsApi(api, log),
    done: (call: string, secret: string) => waiters.done(call, secret),
  };
}
