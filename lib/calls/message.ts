import { tagOf } from "./call-id";

/** What a queue's message says: look at this call. */
export interface CallMessage {
  readonly call: string;
  /** Who waits for its end: the control port of the gateway that spawned it, and what proves that a word is meant for it. */
  readonly notify?: { readonly url: string; readonly secret: string };
}

export function writeMessage({ call, notify }: CallMessage): string {
  return JSON.stringify({ v: 1, call, ...(notify && { notify }) });
}

/** Undefined for what is no message of ours. */
export function readMessage(body: string): CallMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { v, call, notify } = value as Record<string, unknown>;
  if (v !== 1 || typeof call !== "string" || tagOf(call) === undefined) return undefined;
  return { call, ...readNotify(notify) };
}

function readNotify(value: unknown): Pick<CallMessage, "notify"> {
  if (typeof value !== "object" || value === null) return {};
  const { url, secret } = value as Record<string, unknown>;
  return typeof url === "string" && typeof secret === "string" ? { notify: { url, secret } } : {};
}
