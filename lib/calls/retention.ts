import { type CallRecord, isFinal } from "./record";

/**
 * How long after its end a call can be read, in seconds: the record's expiry was reckoned with it. So whoever has only the
 * record needs no configuration to close or reopen it.
 */
export function retentionOf({ state, doneBy, finishedAt, expiresAt }: CallRecord): number {
  const end = isFinal(state) ? (finishedAt ?? doneBy) : doneBy;
  return Math.max(0, expiresAt - Math.ceil(end / 1000));
}
