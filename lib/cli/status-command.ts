import { endpointsNamed, readStatus } from "../deployed";
import { deployedEndpoints } from "./deployed-endpoints";
import { oneAnswer } from "./one-answer";
import type { StatusCommandOptions } from "./program";
import { statusText } from "./status-text";
import { styleFor } from "./style";

export async function status(names: readonly string[], options: StatusCommandOptions): Promise<void> {
  const { profile, lines, json = false } = options;
  await oneAnswer(options, async (progress) => {
    const endpoints = endpointsNamed(await deployedEndpoints(options, progress), names);
    const reports = await readStatus({
      endpoints,
      profile,
      lines,
      logsOfAll: json || names.length > 0,
      onProgress: (message) => progress.step(message),
    });
    progress.done();
    const ok = reports.every(({ state }) => state === "running");
    const text = json
      ? JSON.stringify({ type: "status", ok, endpoints: reports })
      : statusText(reports, { now: new Date(), style: styleFor(process.stdout), detailed: names.length > 0 });
    process.stdout.write(`${text}\n`);
    return ok ? 0 : 1;
  });
}
