/**
 * What gateways tell the control service: that a call waits for a function which may sleep. The word needs no key: it names a
 * call, whose id only those know who may read it, and only what is open under that id in the table wakes anything. The worst that
 * a repeated word does is what the call itself asks for.
 */
export const WAKE_PATH = "/wake";

export interface WakeWord {
  readonly call: string;
}
