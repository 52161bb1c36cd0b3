import type { ControlConfig } from "../../../../task/calls-config";
import type { Log } from "../../log";

export function createControlService(_config: ControlConfig, _surroundings: { log: Log; owner: string }) {
  return {
    isAlive: () => true,
    wake: async (_call: string) => false,
    metricsText: () => "",
    run: (signal: AbortSignal) => new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
  };
}
