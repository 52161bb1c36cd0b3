import { APP_CONTAINER } from "../task/container-definition";
import type { Task } from "./ecs";

/** Tasks that stopped for the same reason. */
export interface StoppedTasks {
  readonly reason: string;
  readonly revision?: number;
  readonly containers: readonly ContainerEnd[];
  readonly count: number;
  /** Id of the last one, and when that was. */
  readonly task: string;
  readonly at: Date;
  /** Scaled in or replaced: nothing went wrong. */
  readonly routine: boolean;
}

export interface ContainerEnd {
  readonly name: string;
  readonly exitCode?: number;
  readonly reason?: string;
}

/** Newest first. */
export function groupStopped(tasks: readonly Task[]): StoppedTasks[] {
  const newestFirst = [...tasks].sort((a, b) => timeOf(b).getTime() - timeOf(a).getTime());
  const groups = new Map<string, StoppedTasks>();
  for (const task of newestFirst) {
    const reason = task.stoppedReason ?? "no reason given";
    const containers = task.containers.map(({ name, exitCode, reason }) => ({ name, exitCode, reason }));
    const key = JSON.stringify([withoutDeployment(reason), task.revision, containers]);
    const group = groups.get(key) ?? {
      reason,
      revision: task.revision,
      containers,
      count: 0,
      task: task.id,
      at: timeOf(task),
      routine: isRoutine(reason),
    };
    groups.set(key, { ...group, count: group.count + 1 });
  }
  return [...groups.values()];
}

/** "Scaling activity initiated by (deployment ecs-svc/…)": a deployment that replaces tasks, or a smaller desired count. */
function isRoutine(reason: string): boolean {
  return /^Scaling activity initiated by/.test(reason);
}

function withoutDeployment(reason: string): string {
  return reason.replace(/\(deployment [^)]*\)/, "");
}

function timeOf(task: Task): Date {
  return task.stoppedAt ?? task.createdAt;
}

/** 128 + SIGKILL and 128 + SIGTERM: ECS ended it because of another one. */
const ENDED_BY_ECS = new Set([137, 143]);

/** The container that a task's end began with. The app is meant where nothing tells. */
export function culprit(containers: readonly ContainerEnd[]): string {
  const failed = containers.filter(({ exitCode = 0, reason }) => reason !== undefined || exitCode !== 0);
  const self = failed.filter(({ exitCode, reason }) => reason !== undefined || !ENDED_BY_ECS.has(exitCode!));
  const suspects = self.length > 0 ? self : failed;
  return (suspects.find(({ name }) => name === APP_CONTAINER) ?? suspects[0])?.name ?? APP_CONTAINER;
}

/** Tasks of a revision that failed. */
export function countFailures(groups: readonly StoppedTasks[], revision: number | undefined): number {
  const failed = groups.filter((group) => !group.routine && group.revision === revision);
  return failed.reduce((sum, { count }) => sum + count, 0);
}

/** The last of those that failed. */
export function lastFailed(groups: readonly StoppedTasks[]): StoppedTasks | undefined {
  return groups.find(({ routine }) => !routine);
}
