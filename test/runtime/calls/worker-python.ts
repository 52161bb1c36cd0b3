import type { FunctionEntry } from "../../../lib/calls";
import { onStop } from "../gateway/loopback";
import { removeProcesses, SlipwayProcess } from "../python/slipway-process";
import type { AwsStandIns } from "./aws-stand-ins";
import { type Own, spawnWorker, workerConfig } from "./worker-process";

/** What calls run in: `app.py`, with a `handler` in it. */
export function startPython(
  code: string,
  socket: string,
  env: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<SlipwayProcess> {
  onStop(removeProcesses);
  return SlipwayProcess.start({
    files: { "app.py": code },
    args: ["-m", "slipway", "serve", "--kind", "calls", "--handler", "app:handler", ...args],
    env: { SLIPWAY_EXECUTOR_SOCKET: socket, ...env },
  });
}

/** How the gateway's program is run. */
export interface WorkerRun {
  readonly environment?: NodeJS.ProcessEnv;
  readonly program?: string;
}

export type PythonWorker = Awaited<ReturnType<typeof startPythonWorker>>;

/** A worker with the real executor. */
export async function startPythonWorker(
  aws: Pick<AwsStandIns, "endpoints">,
  fn: FunctionEntry,
  code: string,
  own: Own = {},
  { environment, program }: WorkerRun = {},
) {
  const config = await workerConfig(aws, fn, own);
  const { executorSocket, graceMs, maxInputs, startupMs } = config.worker;
  const worker = spawnWorker(config, environment, program);
  const env = { SLIPWAY_GRACE_MS: String(graceMs) };
  const python = await startPython(code, executorSocket, env, ["--max-inputs", String(maxInputs)]);
  await worker.logged("ready", startupMs).catch((error) => {
    throw new Error(`${error.message}\n${python.stdout}\n${python.stderr}`);
  });
  return { config, worker, python };
}

/** Both at once, as when their host dies. */
export async function killPythonWorker({ worker, python }: PythonWorker): Promise<void> {
  worker.kill("SIGKILL");
  python.signal("SIGKILL");
  await Promise.all([worker.exited, python.remove()]);
}
