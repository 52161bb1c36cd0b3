import type { Auth } from "../../auth/auth";
import type { CallsApi } from "../api/calls-api";
import type { CallsRequest } from "../calls-log";
import { Room } from "./room";

/** What all public requests to the calls API share. */
export interface PublicCalls {
  readonly api: Pick<CallsApi, "handle">;
  readonly auth: Auth;
  readonly room: Room;
  readonly log: (request: CallsRequest) => void;
  /** What a client that waits for a result may count on: the load balancer and the endpoint's own timers are not to cut it off. */
  readonly mostWaitMs: number;
}

interface Given extends Omit<PublicCalls, "room" | "mostWaitMs"> {
  readonly timers: { readonly firstByteMs: number; readonly totalMs: number };
}

/** Half of the time is spare for looking the call up, before the wait and after it. */
export function publicCalls({ timers: { firstByteMs, totalMs }, ...given }: Given): PublicCalls {
  return { ...given, room: new Room(), mostWaitMs: Math.min(firstByteMs, totalMs) / 2 };
}
