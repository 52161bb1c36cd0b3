import { setTimeout as delay } from "node:timers/promises";
import type { ControlConfig } from "../task/calls-config";
import { reserveFreePorts } from "./free-ports";
import { gatewayProcess, localShape } from "./gateway-process";
import { describeExit, ProcessGroup } from "./process-group";
import type { LogLine } from "./task";

export interface LocalControlOptions {
  /** The bundled gateway, of which the control service is a role. */
  readonly gateway: string;
  readonly config: ControlConfig;
  onLog(line: LogLine): void;
  onWarning(message: string): void;
}

/** How its lines are marked. */
const TARGET = "slipway/control";

const RESTART_MS = 1_000;

/** It holds nothing that would be lost: calls wait for the next one. */
const GRACE_MS = 1_000;

/** The control service on this machine, for as long as the session lasts: it closes calls that nobody looks after. */
export class LocalControl {
  private readonly stopping = new AbortController();
  private process?: ProcessGroup;
  private readonly ended: Promise<void>;

  constructor(private readonly options: LocalControlOptions) {
    this.ended = this.keepRunning();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.process?.terminate(GRACE_MS);
    await this.ended;
  }

  private async keepRunning(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const exit = await this.run();
      if (signal.aborted) return;
      this.options.onWarning(`the control service of calls ${describeExit(exit)}; it is started again`);
      await delay(RESTART_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async run() {
    const { gateway, config, onLog } = this.options;
    const { ports, release } = await reserveFreePorts(3);
    const [port, controlPort, loopbackPort] = ports as [number, number, number];
    const local = { ...config, ...localShape(config, { port, controlPort, loopbackPort }) };
    this.process = new ProcessGroup({
      ...gatewayProcess(gateway, undefined, local),
      cwd: process.cwd(),
      onLine: (line, stream) => onLog({ target: TARGET, container: "gateway", stream, line }),
    });
    if (this.stopping.signal.aborted) this.process.kill();
    const exit = await this.process.exited;
    release();
    return exit;
  }
}
