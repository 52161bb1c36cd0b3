import type { CallTable, Clients, Payloads } from "../../../../calls/aws";
import type { Log } from "../../log";
import type { Functions } from "./functions";
import type { Queues } from "./queues";
import type { Waiters } from "./waiters";
import type { WakeAsker } from "./wake-asker";

/** What the parts of the API share. */
export interface CallStores {
  readonly table: CallTable;
  readonly payloads: Payloads;
  readonly queues: Queues;
  readonly functions: Functions;
  readonly waiters: Waiters;
  readonly wake: WakeAsker;
  readonly clock: Clients["clock"];
  readonly log: Log;
  /** How long a finished call can be read. */
  readonly retentionS: number;
  /** Base URL of this gateway's control port, for workers; undefined where it has no address. */
  readonly self: string | undefined;
}
