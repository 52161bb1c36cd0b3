import { get } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 15;

/** Added to the gateway's own patience with the app: the gateway tells that it gave up. */
const SLACK_MS = 5_000;

/**
 * Polls a gateway as the load balancer's health check does; "late" when it gave up on its app, or has not by long after the
 * time that it has.
 */
export async function untilHealthy(
  controlPort: number,
  patienceMs: number,
  signal: AbortSignal,
): Promise<"healthy" | "late"> {
  const deadline = performance.now() + patienceMs + SLACK_MS;
  for (;;) {
    const health = await askHealth(controlPort);
    if (health === "healthy") return "healthy";
    if (health === "gave up" || performance.now() > deadline) return "late";
    await delay(POLL_MS, undefined, { signal });
  }
}

/** "gave up": the gateway waited for the app for as long as its configuration says. */
function askHealth(port: number): Promise<"healthy" | "gave up" | "not yet"> {
  return new Promise((resolve) => {
    const request = get(
      { host: "127.0.0.1", port, path: "/health", agent: false, timeout: 1_000 },
      async (response) => {
        const { state, reason } = (await json(response).catch(() => ({}))) as { state?: string; reason?: string };
        if (response.statusCode === 200) resolve("healthy");
        else resolve(state === "FAILED" && reason === undefined ? "gave up" : "not yet");
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve("not yet"));
  });
}
