import { type Deployment, newestRunning, type Service, type Task } from "./ecs";
import type { Endpoint } from "./endpoint";
import { type EventOfInterest, eventsOfInterest } from "./events";
import { hintsFor, hintsForLines } from "./hints";
import type { TargetHealth } from "./load-balancing";
import type { LogLine } from "./logs";
import { countFailures, groupStopped, lastFailed, type StoppedTasks } from "./stopped-tasks";
import { type EndpointState, primaryOf, rollBack, verdictOf } from "./verdict";

/** What AWS says of an endpoint: plain data, times as dates. */
export interface EndpointReport {
  readonly target: string;
  readonly stack: string;
  readonly region: string;
  /** The construct's. */
  readonly path: string;
  readonly url: string | null;
  readonly cluster: string | null;
  readonly service: string | null;
  readonly state: EndpointState;
  /** Why it is in this state, as one sentence. */
  readonly because: string;
  readonly fixes: readonly string[];
  readonly tasks: {
    readonly desired: number;
    readonly running: number;
    readonly pending: number;
    /** Of the present revision, within about the last hour. */
    readonly failed: number;
  };
  readonly deployments: readonly Deployment[];
  readonly targets: readonly TargetHealth[];
  /** Of about the last hour, newest first. */
  readonly stopped: readonly StoppedTasks[];
  readonly events: readonly EventOfInterest[];
  readonly logs: readonly LogExcerpt[];
}

/** The last lines of one container of one task. */
export interface LogExcerpt {
  readonly task: string;
  readonly container: string;
  /** Of a task that stopped. */
  readonly stoppedAt?: Date;
  readonly lines: readonly LogLine[];
  /** Why there are none, where it is not that none were written. */
  readonly problem?: string;
}

/** All that was asked of AWS but for the log lines. */
export interface Found {
  readonly service: Service;
  readonly url: string | null;
  readonly targets: readonly TargetHealth[];
  readonly running: readonly Task[];
  readonly stopped: readonly Task[];
}

const HOUR_MS = 3_600_000;

export function reportOf(endpoint: Endpoint, found: Found, now: Date): EndpointReport {
  const { service, targets } = found;
  const stopped = groupStopped(found.stopped);
  const since = (rollBack(service)?.at ?? now).getTime() - HOUR_MS;
  const events = eventsOfInterest(service.events, new Date(since));
  const verdict = verdictOf(service, targets, stopped);
  const troubles = [
    ...stopped
      .filter(({ routine }) => !routine)
      .flatMap(({ reason, containers }) => [reason, ...containers.map((container) => container.reason ?? "")]),
    ...events.map(({ message }) => message),
  ];
  return {
    ...identity(endpoint),
    url: found.url,
    cluster: service.cluster,
    ...verdict,
    fixes: verdict.state === "running" ? [] : hintsFor(troubles),
    tasks: {
      desired: service.desired,
      running: service.running,
      pending: service.pending,
      failed: countFailures(stopped, primaryOf(service)?.revision),
    },
    deployments: service.deployments,
    targets,
    stopped,
    events,
    logs: [],
  };
}

/** With what the containers of a task wrote last, and what that says is to be done. */
export function withLogs(report: EndpointReport, logs: EndpointReport["logs"]): EndpointReport {
  if (report.state === "running") return { ...report, logs };
  const said = hintsForLines(logs.flatMap(({ lines }) => lines.map(({ message }) => message)));
  return { ...report, logs, fixes: [...new Set([...said, ...report.fixes])] };
}

export function notDeployed(endpoint: Endpoint, missing: "no cluster" | "no service"): EndpointReport {
  const { cluster, service, region, stack } = endpoint;
  const where = cluster === null ? `any cluster of ${region}` : `the cluster ${cluster} in ${region}`;
  return {
    ...identity(endpoint),
    url: endpoint.url,
    cluster,
    state: "not-deployed",
    because:
      missing === "no cluster"
        ? `There is no cluster ${cluster} in ${region}.`
        : `There is no service ${service} in ${where}.`,
    fixes: [`Deploy it: npx cdktf deploy ${stack}. If it is in another account: --profile <name>.`],
    tasks: { desired: 0, running: 0, pending: 0, failed: 0 },
    deployments: [],
    targets: [],
    stopped: [],
    events: [],
    logs: [],
  };
}

function identity({ target, stack, region, path, service }: Endpoint) {
  return { target, stack, region, path, service };
}

/** The task whose lines are worth reading: the last that failed, or when all is well the newest that runs. */
export function quotedTask(
  { state, stopped }: EndpointReport,
  running: readonly Task[],
): { readonly id: string; readonly failed?: StoppedTasks } | undefined {
  const failed = state === "running" ? undefined : lastFailed(stopped);
  if (failed) return { id: failed.task, failed };
  const newest = newestRunning(running);
  return newest && { id: newest.id };
}
