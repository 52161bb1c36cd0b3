import { setTimeout as delay } from "node:timers/promises";
import { type EcsAgent, startEcsAgent } from "../../runtime/calls/ecs-agent";
import { killPythonWorker, type PythonWorker } from "../../runtime/calls/worker-python";
import { seconds } from "./timing";

/** Fargate's longest stopTimeout. */
const KILLED_AFTER_MS = 120_000;
const LOOK_MS = 1000;

type StartWorker = (environment: NodeJS.ProcessEnv) => Promise<PythonWorker>;

/** A task as ECS has it: a gateway and an app, and whether they may be stopped. */
export class EcsTask {
  isGone = false;
  isStopping = false;

  private constructor(
    private readonly agent: EcsAgent,
    private readonly containers: PythonWorker,
  ) {}

  static async start(id: string, revision: number, startWorker: StartWorker): Promise<EcsTask> {
    const agent = await startEcsAgent({ id, revision });
    return new EcsTask(agent, await startWorker(agent.environment));
  }

  get isProtected(): boolean {
    return this.agent.isProtected;
  }

  get mayBeStopped(): boolean {
    return !this.isStopping && !this.isProtected;
  }

  async isHealthy(): Promise<boolean> {
    return (await this.containers.worker.health()).status === 200;
  }

  /** As ECS does it: the gateway first, since it depends on the app. */
  async stop(): Promise<void> {
    const { worker, python } = this.containers;
    this.isStopping = true;
    this.agent.stopping = true;
    worker.kill("SIGTERM");
    const timer = setTimeout(() => worker.kill("SIGKILL"), KILLED_AFTER_MS);
    await worker.exited;
    clearTimeout(timer);
    python.signal("SIGTERM");
    await python.exited;
    this.isGone = true;
  }

  async kill(): Promise<void> {
    await killPythonWorker(this.containers);
    this.isGone = true;
  }
}

/** Old tasks are stopped while new ones start, never more than have become healthy; resolves when all the old ones are gone. */
export async function replace(
  old: readonly EcsTask[],
  starting: readonly Promise<EcsTask>[],
  withinMs: number,
): Promise<EcsTask[]> {
  const began = performance.now();
  const started: EcsTask[] = [];
  let failure: Error | undefined;
  const onFailed = (error: Error) => {
    failure = error;
  };
  for (const task of starting) task.then((one) => started.push(one), onFailed);
  for (; old.some(({ isGone }) => !isGone); await delay(LOOK_MS)) {
    if (failure !== undefined) throw failure;
    if (performance.now() - began > withinMs) {
      const left = old.filter(({ isGone }) => !isGone);
      const kept = left.filter(({ isProtected }) => isProtected);
      throw new Error(`${left.length} old tasks after ${seconds(withinMs)}, ${kept.length} of them protected`);
    }
    const healthy = (await Promise.all(started.map((task) => task.isHealthy()))).filter(Boolean).length;
    const room = healthy - old.filter(({ isStopping }) => isStopping).length;
    for (const task of old.filter(({ mayBeStopped }) => mayBeStopped).slice(0, Math.max(0, room))) void task.stop();
  }
  return Promise.all(starting);
}
