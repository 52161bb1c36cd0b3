import type { FunctionEntry } from "../../../lib/calls";
import { onStop } from "../gateway/loopback";
import { removeProcesses, SlipwayProcess } from "../python/slipway-process";
import type { AwsStandIns } from "./aws-stand-ins";
import { type Own, spawnWorker, workerConfig } from "./worker-process";

/** What calls run in: `app.py`, with a `handler` in it. */
export function startPython(code: string, socket: string, env: NodeJS.ProcessEnv): Promise<SlipwayProcess> {
  onStop(removeProcesses);
  return SlipwayProcess.start({
    files: { "app.py": code },
    args: ["-m", "slipway", "serve", "--kind", "calls", "--handler", "app:handler"],
    env: { SLIPWAY_EXECUTOR_SOCKET: socket, ...env },
  });
}

/** A worker with the real executor. */
export async function startPythonWorker(aws: AwsStandIns, fn: FunctionEntry, code: string, own: Own = {}) {
  const config = await workerConfig(aws, fn, own);
  const worker = spawnWorker(config);
  const python = await startPython(code, config.worker.executorSocket, {
    SLIPWAY_GRACE_MS: String(config.worker.graceMs),
  });
  await worker.logged("ready").catch((error) => {
    throw new Error(`${error.message}\n${python.stdout}\n${python.stderr}`);
  });
  return { config, worker, python };
}
