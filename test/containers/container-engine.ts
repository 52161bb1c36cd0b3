import { digestOf, parseRegistry } from "../../lib/builds/registry";
import { GATEWAY_PORTS } from "../../lib/catalog";
import { Router } from "../../lib/local/router";
import type { ListenerRule } from "../../lib/routing";
import type { TaskRunner } from "../e2e/played-ecs";
import type { DeployedFunction } from "../e2e/read-back";
import type { BuilderWorld } from "./builder-world";
import { ContainerTask } from "./container-task";
import type { TaskNetwork, TaskPlace } from "./task-network";

export interface ContainerEngineOptions {
  readonly world: BuilderWorld;
  readonly rules: readonly ListenerRule[];
  /** What ECS adds to the variables of a task's containers. */
  environment(fn: DeployedFunction, place: TaskPlace): Readonly<Record<string, string>>;
}

/** Task definitions as containers of Podman's, behind listener rules: what ECS and the load balancer do with them. */
export class ContainerEngine implements TaskRunner {
  private readonly tasks = new Map<string, ContainerTask>();
  private started = 0;

  private constructor(
    private readonly options: ContainerEngineOptions,
    readonly network: TaskNetwork,
    private readonly router: Router,
  ) {}

  static async start(options: ContainerEngineOptions, network: TaskNetwork): Promise<ContainerEngine> {
    const router = await Router.listen({ port: 0 });
    router.setRules(options.rules);
    return new ContainerEngine(options, network, router);
  }

  get port(): number {
    return this.router.port;
  }

  /** What runs of a function. */
  task(target: string): ContainerTask {
    return this.tasks.get(target)!;
  }

  /** Starts what does not run yet, and ends what is no longer wanted. */
  async setFunctions(functions: readonly DeployedFunction[]): Promise<void> {
    const wanted = new Set(functions.map(({ target }) => target));
    const gone = [...this.tasks].filter(([target]) => !wanted.has(target));
    await Promise.all(gone.map(([target, task]) => this.end(target, task)));
    await Promise.all(functions.filter(({ target }) => !this.tasks.has(target)).map((one) => this.begin(one)));
  }

  async stop(): Promise<void> {
    await this.setFunctions([]);
    await this.router.close();
  }

  private async begin(fn: DeployedFunction): Promise<void> {
    const { world, environment } = this.options;
    const { target, containers } = fn;
    const place = await this.network.add();
    this.started += 1;
    const task = await ContainerTask.start({
      name: `${place.namespace}-${this.started}`,
      containers,
      environment: environment(fn, place),
      place,
      image: (uri) => pulledName(world, uri),
      env: world.env,
    });
    this.tasks.set(target, task);
    await task.untilHealthy(`http://${place.address}:${GATEWAY_PORTS.control}/health`);
    this.router.setTarget(target, { port: await this.network.reach(place, GATEWAY_PORTS.data) });
  }

  private async end(target: string, task: ContainerTask): Promise<void> {
    this.router.setTarget(target, undefined);
    this.tasks.delete(target);
    await task.stop();
  }
}

/** By its digest, from the registry that stands in ECR's place. */
async function pulledName(world: BuilderWorld, uri: string): Promise<string> {
  const [, repository = "", tag = ""] = /^[^/]+\/(.+):([^:]+)$/.exec(uri) ?? [];
  const registry = parseRegistry(world.url);
  const digest = await digestOf(registry, repository, tag);
  if (digest === undefined) throw new Error(`The registry has no ${repository}:${tag}, which a task is to run.`);
  return `${registry.host}/${repository}@${digest}`;
}
