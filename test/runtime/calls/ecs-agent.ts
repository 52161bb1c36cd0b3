import { startApp } from "../gateway/loopback";

/** What a task has asked of the agent. */
interface Protection {
  readonly ProtectionEnabled: boolean;
  readonly ExpiresInMinutes?: number;
}

/** What the ECS agent serves to a task, and hears from it. */
export interface EcsAgent {
  /** For the task. */
  readonly environment: NodeJS.ProcessEnv;
  readonly states: readonly Protection[];
  /** Whether ECS may not stop the task now. */
  readonly isProtected: boolean;
  /** Whether ECS means to stop it. */
  stopping: boolean;
}

export async function startEcsAgent(task: { readonly revision: number; readonly id?: string }): Promise<EcsAgent> {
  const { revision, id = `t${revision}` } = task;
  const states: Protection[] = [];
  let protectedUntil = 0;
  const app = await startApp(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method === "PUT" && request.url === "/task-protection/v1/state") {
      const state: Protection = JSON.parse(body);
      states.push(state);
      const minutes = state.ProtectionEnabled ? (state.ExpiresInMinutes ?? 120) : 0;
      protectedUntil = performance.now() + minutes * 60_000;
    }
    const metadata = {
      TaskARN: `arn:aws:ecs:eu-west-1:1:task/c/${id}`,
      Revision: String(revision),
      DesiredStatus: agent.stopping ? "STOPPED" : "RUNNING",
    };
    response.end(JSON.stringify(request.url === "/v4/task" ? metadata : { protection: {} }));
  });
  const base = `http://127.0.0.1:${app.port}`;
  const agent: EcsAgent = {
    environment: { ECS_AGENT_URI: base, ECS_CONTAINER_METADATA_URI_V4: `${base}/v4` },
    states,
    stopping: false,
    get isProtected() {
      return performance.now() < protectedUntil;
    },
  };
  return agent;
}
