/**
 * What gateways tell each other: that a call has ended. Best effort; who waits polls as well. The word names the call and
 * nothing of its result, and counts only with the secret that came in the call's message.
 */
export const DONE_PATH = "/done";
export const DONE_SECRET_HEADER = "x-slipway-secret";

export interface DoneWord {
  readonly call: string;
}

/** What the worker sends: a `POST` with a JSON body. */
export function doneRequest(notify: { readonly url: string; readonly secret: string }, call: string) {
  const word: DoneWord = { call };
  return {
    url: new URL(DONE_PATH, notify.url).href,
    init: {
      method: "POST",
      headers: { "content-type": "application/json", [DONE_SECRET_HEADER]: notify.secret },
      body: JSON.stringify(word),
      redirect: "error" as const,
    },
  };
}
