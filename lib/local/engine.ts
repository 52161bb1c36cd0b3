import type { ListenerRule } from "../routing";
import type { Endpoint } from "./deployment";
import type { Difference, OnEvent } from "./events";
import type { SpawnedFunction } from "./manifest-calls";
import type { Router } from "./router";
import { DRAIN_GRACE_MS, RECREATE_GRACE_MS, Service } from "./service";
import type { TaskDefinition, TaskStarter } from "./task";

export interface Desired {
  readonly tasks: readonly TaskDefinition[];
  readonly rules: readonly ListenerRule[];
  readonly endpoints: readonly Endpoint[];
  readonly functions?: readonly SpawnedFunction[];
}

/** Makes what runs match what is wanted: one service per function, and the router's rules over them. */
export class Engine {
  private readonly services = new Map<string, { service: Service; definition: string }>();
  private generation = 0;
  private readonly warned = new Set<string>();

  constructor(
    private readonly starter: TaskStarter,
    private readonly router: Router,
    private readonly onEvent: OnEvent,
  ) {}

  /**
   * New functions start before rules lead to them, and removed ones stop after none does, unless they have a port that is
   * wanted now; where nothing is served yet, the rules come first, so that one slow start holds up no other function.
   * Resolves when every change serves or has failed to start, which is told as an event. A later call supersedes one
   * that is still starting functions.
   */
  async apply(desired: Desired): Promise<Difference> {
    this.generation += 1;
    const generation = this.generation;
    if (this.services.size === 0) this.route(desired);
    const wanted = new Set(desired.tasks.map(({ target }) => target));
    const removed = [...this.services.keys()].filter((target) => !wanted.has(target));
    const wantedPorts = new Set(desired.tasks.flatMap((task) => this.starter.ownPort(task) ?? []));
    const inTheWay = removed.filter((target) => wantedPorts.has(this.services.get(target)!.service.ownPort ?? 0));
    const removals = inTheWay.map((target) => this.remove(target, RECREATE_GRACE_MS));
    const added: string[] = [];
    const changed: string[] = [];
    const starts: Promise<void>[] = [];
    for (const task of desired.tasks) {
      const definition = JSON.stringify(task);
      const known = this.services.get(task.target);
      if (known?.definition === definition) continue;
      (known ? changed : added).push(task.target);
      const service = known?.service ?? new Service(task, this.starter, this.router, this.emit);
      this.services.set(task.target, { service, definition });
      starts.push(service.roll(task));
    }
    await Promise.all([...removals, ...starts]);
    if (generation !== this.generation) return { added, removed: inTheWay, changed };

    this.route(desired);
    await Promise.all(removed.map((target) => this.remove(target, DRAIN_GRACE_MS)));
    return { added, removed, changed };
  }

  /** Starts the newest code of these functions. */
  async reload(targets: readonly string[]): Promise<void> {
    await Promise.all(targets.map((target) => this.services.get(target)?.service.roll()));
  }

  async stop(graceMs: number): Promise<void> {
    this.generation += 1;
    await Promise.all([...this.services.values()].map(({ service }) => service.stop(graceMs)));
    this.services.clear();
  }

  private route({ rules, endpoints, functions = [] }: Desired): void {
    this.router.setFunctions(functions);
    this.router.setEndpoints(endpoints);
    this.router.setRules(rules);
  }

  private async remove(target: string, graceMs: number): Promise<void> {
    const service = this.services.get(target)?.service;
    this.services.delete(target);
    await service?.stop(graceMs);
  }

  /** A task is started again and again; what is missing in its definition is said once. */
  private readonly emit: OnEvent = (event) => {
    if (event.type === "warning") {
      if (this.warned.has(event.message)) return;
      this.warned.add(event.message);
    }
    this.onEvent(event);
  };
}
