import type { WebSpec } from "../spec";

/** What ends a request before its time. Seconds. */
export interface Timers {
  /** Waiting for a place at the app. */
  readonly queue: number;
  /** From the app having the whole request until its answer begins. */
  readonly firstByte: number;
  /** A gap in a body, either way. */
  readonly idle: number;
  /** From arrival to the end. */
  readonly total: number;
}

/** Seconds by which the gateway's answer must come before the load balancer's: it says whose fault it was. */
export const BEFORE_LOAD_BALANCER = 10;

/** Seconds, unless the endpoint says otherwise or the platform's load balancer waits for less. */
const REQUEST_TIMEOUT = 150;
const QUEUE_TIMEOUT = 60;

/** An endpoint's timers: what it asks for, and defaults that fit its platform, whose `idleTimeout` is in seconds. */
export function timersOf(
  { requestTimeout, idleTimeout, queueTimeout, timeout }: WebSpec,
  platform: { readonly idleTimeout: number },
): Timers {
  const longestWait = longestSilence(platform);
  return {
    queue: queueTimeout ?? Math.min(QUEUE_TIMEOUT, longestWait),
    firstByte: requestTimeout ?? Math.min(REQUEST_TIMEOUT, timeout, longestWait),
    idle: idleTimeout ?? platform.idleTimeout,
    total: timeout,
  };
}

/** How long a client may hear nothing before the load balancer speaks in the gateway's place. */
export function longestSilence({ idleTimeout }: { readonly idleTimeout: number }): number {
  return idleTimeout - BEFORE_LOAD_BALANCER;
}
