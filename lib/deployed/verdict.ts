import type { Deployment, Service, ServiceEvent } from "./ecs";
import type { TargetHealth } from "./load-balancing";
import { countFailures, lastFailed, type StoppedTasks } from "./stopped-tasks";

export type EndpointState =
  | "running"
  | "deploying"
  | "rolled-back"
  | "failed"
  | "too-few-tasks"
  | "unhealthy"
  | "deleting"
  | "not-deployed";

export interface Verdict {
  readonly state: EndpointState;
  /** One sentence. */
  readonly because: string;
}

/** Whether a service runs what is desired, and if not what keeps it from that. */
export function verdictOf(
  service: Service,
  targets: readonly TargetHealth[],
  stopped: readonly StoppedTasks[],
): Verdict {
  const { desired, running, pending } = service;
  const primary = primaryOf(service);
  const healthy = targets.reduce((sum, { state, count }) => sum + (state === "healthy" ? count : 0), 0);
  const starting = pending > 0 ? ` ${pending === 1 ? "1 is" : `${pending} are`} starting.` : "";

  if (service.status === "DRAINING") return { state: "deleting", because: "The service is being deleted." };
  if (primary?.rollout === "FAILED") {
    return {
      state: "failed",
      because: `${capital(version(primary))} did not come up, and there is no version to go back to.`,
    };
  }
  if (rollBack(service)) {
    // The failed deployment's listing ends with the roll-back, and its tasks' an hour later.
    const listed = service.deployments.find(({ rollout }) => rollout === "FAILED");
    const failed = listed ?? lastFailed(stopped.filter(({ revision }) => revision !== primary?.revision));
    const what = failed ? capital(version(failed)) : "The last deployment";
    const ending = primary?.rollout === "IN_PROGRESS" ? "ECS is rolling back to" : "ECS rolled back to";
    return { state: "rolled-back", because: `${what} did not come up: ${ending} ${version(primary)}.` };
  }
  if (primary?.rollout === "IN_PROGRESS") {
    const { failedTasks } = primary;
    const failures = failedTasks > 0 ? ` ${failedTasks} of its tasks failed so far.` : "";
    return { state: "deploying", because: `${capital(version(primary))} is being deployed.${failures}` };
  }
  if (running < desired) {
    return { state: "too-few-tasks", because: `${running} of ${desired} tasks run.${starting}` };
  }
  if (service.targetGroups.length > 0 && healthy < desired) {
    return { state: "unhealthy", because: `${healthy} of ${desired} tasks pass the load balancer's health check.` };
  }
  const failures = countFailures(stopped, primary?.revision);
  const others = failures > 0 ? `, and ${failures} failed within the last hour` : "";
  return { state: "running", because: `${running} of ${desired} tasks run${others}.` };
}

export function primaryOf({ deployments }: Service): Deployment | undefined {
  return deployments.find(({ status }) => status === "PRIMARY");
}

function version(of: { readonly revision?: number } | undefined): string {
  return of?.revision === undefined ? "an unknown revision" : `revision ${of.revision}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** ECS begins the deployment that rolls back when it says so, within seconds; the next one of a person's comes after it ended. */
const SAME_MOMENT_MS = 60_000;

/**
 * The event of a roll-back that has made the present deployment. Once it is over ECS lists no failed deployment any more: the
 * service looks like one where nothing happened, but for this event.
 */
export function rollBack(service: Service): ServiceEvent | undefined {
  const primary = primaryOf(service);
  const event = service.events.find(({ message }) => /rolling back to deployment/i.test(message));
  if (!primary || !event) return undefined;
  return primary.startedAt.getTime() <= event.at.getTime() + SAME_MOMENT_MS ? event : undefined;
}
