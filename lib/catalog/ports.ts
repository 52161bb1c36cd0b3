/** Ports of the gateway in every task. `awsvpc` containers share one network namespace, so an app may not use them. */
export const GATEWAY_PORTS = { data: 18080, control: 18081, loopback: 18082 } as const;

/** Where the app listens, on loopback, unless the construct says otherwise. */
export const DEFAULT_APP_PORT = 8000;
