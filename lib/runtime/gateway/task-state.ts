import { METADATA_VARIABLE } from "./task-metadata";

const INTERVAL_MS = 5000;
const TIMEOUT_MS = 2000;

/**
 * Calls once when ECS means to stop the task. That may be known before SIGTERM: with it WebSockets and other lasting requests
 * have the time of deregistration too. Outside ECS, and where the endpoint does not say, SIGTERM alone tells.
 */
export function onTaskStopping(environment: NodeJS.ProcessEnv, tell: () => void, intervalMs = INTERVAL_MS): void {
  const base = environment[METADATA_VARIABLE];
  if (base === undefined) return;
  const ask = async () => {
    if (await isStopping(base)) tell();
    else setTimeout(ask, intervalMs).unref();
  };
  setTimeout(ask, intervalMs).unref();
}

async function isStopping(base: string): Promise<boolean> {
  try {
    const answer = await fetch(`${base}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { DesiredStatus } = (await answer.json()) as { DesiredStatus?: string };
    return DesiredStatus === "STOPPED";
  } catch {
    return false;
  }
}
