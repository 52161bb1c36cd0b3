import type { ControlConfig } from "../task/calls-config";
import type { LocalEndpoint } from "./endpoint-list";
import type { OnEvent } from "./events";
import type { LocalCalls, Registered } from "./local-calls";
import { LocalControl } from "./local-control";
import type { PlatformCalls } from "./manifest-calls";

/** Shorter than on AWS, where each look has its price. */
const SWEEP_MS = 5_000;
const LEASE_MS = 15_000;

/** What platforms run for functions beside their tasks: a registry in which they are found, and the control service. */
export class LocalFunctions {
  private readonly controls = new Map<string, LocalControl>();

  constructor(
    private readonly gateway: string,
    private readonly calls: LocalCalls,
    private readonly onEvent: OnEvent,
  ) {}

  /** Before their tasks start: what these make or run calls of is found from now on. */
  async apply(platforms: readonly PlatformCalls[], endpoints: readonly LocalEndpoint[]): Promise<void> {
    const functions = new Map<string, Registered[]>();
    for (const { stores, functions: entries } of platforms) {
      const known = functions.get(stores.registry) ?? endpoints.map(registeredEndpoint);
      for (const entry of entries) known.push(await this.calls.function(entry));
      functions.set(stores.registry, known);
    }
    for (const [registry, wanted] of functions) await this.calls.register(registry, wanted);
    for (const one of platforms) await this.control(one);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.controls.values()].map((control) => control.stop()));
  }

  private async control({ platform, stores, functions }: PlatformCalls): Promise<void> {
    if (functions.length === 0 || this.controls.has(stores.table)) return;
    const config: ControlConfig = {
      version: 1,
      app: "slipway",
      function: "control",
      workspace: platform.workspace,
      environment: platform.environment ?? "",
      region: platform.region,
      listen: { port: 1, controlPort: 1, loopbackPort: 1, keepAliveMs: 60_000 },
      endpoints: await this.calls.serve(stores),
      drain: { deadlineMs: 1_000, quietMs: 0 },
      control: { ...stores, cluster: null, sweepMs: SWEEP_MS, leaseMs: LEASE_MS },
    };
    const control = new LocalControl({
      gateway: this.gateway,
      config,
      onLog: (line) => this.onEvent({ type: "log", ...line }),
      onWarning: (message) => this.onEvent({ type: "warning", message }),
    });
    this.controls.set(stores.table, control);
  }
}

/** An endpoint is found by its name too, at its address here. */
function registeredEndpoint({ target, kind = "server", label, url }: LocalEndpoint): Registered {
  const [app = "", name = ""] = target.split("/");
  const item = {
    pk: { S: `fn#${app}` },
    sk: { S: name },
    v: { N: "1" },
    kind: { S: kind },
    url: { S: url },
    urls: { L: [{ S: url }] },
    label: { S: label },
  };
  return { app, name, item };
}
