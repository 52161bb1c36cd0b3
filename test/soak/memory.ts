import type { GatewayProcess } from "../runtime/gateway/gateway-process";
import { onStop } from "../runtime/gateway/loopback";
import type { Row } from "./report";
import type { Soak } from "./soak";

/** Watches a gateway's resident memory; the peak is the kernel's own, so nothing between two samples is missed. */
export class MemoryWatch {
  private samples = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly limitMB: number,
    { isShort, say }: Soak,
  ) {
    this.timer = setInterval(
      () => {
        if (!gateway.isRunning) return;
        this.samples++;
        say(`gateway: ${megabytes(gateway.residentMiB())} MB resident, ${gateway.openSockets()} sockets`);
      },
      isShort ? 5_000 : 60_000,
    );
    onStop(() => clearInterval(this.timer));
  }

  finish(): Row {
    clearInterval(this.timer);
    const { gateway, limitMB, samples } = this;
    const row = { name: "the gateway's resident memory", trials: samples, bound: `< ${limitMB} MB` };
    if (!gateway.isRunning) return { ...row, through: `it ended: ${gateway.stderr}`, isWithin: false };
    const peak = megabytes(gateway.peakResidentMiB());
    const now = megabytes(gateway.residentMiB());
    return { ...row, through: `peak ${peak} MB, at the end ${now} MB`, isWithin: peak < limitMB };
  }
}

function megabytes(mebibytes: number): number {
  return Math.ceil((mebibytes * 1024 * 1024) / 1e6);
}
