import {
  type Deployment as AwsDeployment,
  type Service as AwsService,
  type Task as AwsTask,
  ClusterNotFoundException,
  type Container,
  DescribeServicesCommand,
  DescribeTasksCommand,
  type ECSClient,
  paginateListClusters,
  paginateListTasks,
} from "@aws-sdk/client-ecs";

/** What ECS says of a service, less what nobody asks for here. */
export interface Service {
  readonly name: string;
  readonly cluster: string;
  readonly status: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly deployments: readonly Deployment[];
  /** Newest first. */
  readonly events: readonly ServiceEvent[];
  readonly targetGroups: readonly string[];
  readonly exec: boolean;
}

export interface Deployment {
  readonly id: string;
  /** PRIMARY is the newest, ACTIVE what it replaces; INACTIVE and DRAINING are on their way out. */
  readonly status: string;
  /** COMPLETED, IN_PROGRESS or FAILED. */
  readonly rollout?: string;
  readonly reason?: string;
  /** Of the task definition. */
  readonly revision?: number;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failedTasks: number;
  readonly startedAt: Date;
}

export interface ServiceEvent {
  readonly at: Date;
  readonly message: string;
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly revision?: number;
  readonly status: string;
  readonly createdAt: Date;
  readonly stoppedAt?: Date;
  readonly stoppedReason?: string;
  readonly containers: readonly TaskContainer[];
}

export interface TaskContainer {
  readonly name: string;
  readonly status: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly runtimeId?: string;
  /** The agent of ECS Exec, where the task has one. */
  readonly exec?: { readonly status: string; readonly reason?: string };
}

/** DescribeServices takes no more. */
const SERVICES_PER_CALL = 10;
const TASKS_PER_CALL = 100;

/** ECS starts a failing service's tasks ever more slowly: an hour has fewer than these, unless a large fleet was replaced. */
const MOST_TASKS = 500;

/** The services of these names that exist; "no such cluster" is told apart from "no such service". */
export async function describeServices(
  ecs: ECSClient,
  cluster: string,
  names: readonly string[],
): Promise<Map<string, Service> | "no cluster"> {
  const services = new Map<string, Service>();
  try {
    for (const some of batches(names, SERVICES_PER_CALL)) {
      const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: some }));
      for (const service of answer.services ?? []) {
        // A deleted service is still told of for a while.
        if (service.status !== "INACTIVE") services.set(service.serviceName!, serviceOf(service, cluster));
      }
    }
  } catch (error) {
    if (error instanceof ClusterNotFoundException) return "no cluster";
    throw error;
  }
  return services;
}

export async function listClusters(ecs: ECSClient): Promise<string[]> {
  const arns: string[] = [];
  for await (const page of paginateListClusters({ client: ecs }, {})) arns.push(...(page.clusterArns ?? []));
  return arns;
}

/** RUNNING: also those that are about to. STOPPED: ECS remembers a stopped task for about an hour. */
export async function describeTasks(
  ecs: ECSClient,
  { cluster, name }: Service,
  desiredStatus: "RUNNING" | "STOPPED",
): Promise<Task[]> {
  const arns: string[] = [];
  for await (const page of paginateListTasks({ client: ecs }, { cluster, serviceName: name, desiredStatus })) {
    arns.push(...(page.taskArns ?? []));
    if (arns.length >= MOST_TASKS) break;
  }
  const tasks: Task[] = [];
  for (const some of batches(arns, TASKS_PER_CALL)) {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: some }));
    tasks.push(...(answer.tasks ?? []).map(taskOf));
  }
  return tasks;
}

export function newestRunning(tasks: readonly Task[]): Task | undefined {
  const running = tasks.filter(({ status }) => status === "RUNNING");
  return running.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function serviceOf(service: AwsService, cluster: string): Service {
  return {
    name: service.serviceName!,
    cluster,
    status: service.status!,
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    deployments: (service.deployments ?? []).map(deploymentOf),
    events: (service.events ?? []).map(({ createdAt, message }) => ({ at: createdAt!, message: message! })),
    targetGroups: (service.loadBalancers ?? []).flatMap(({ targetGroupArn }) => targetGroupArn ?? []),
    exec: service.enableExecuteCommand ?? false,
  };
}

function deploymentOf(deployment: AwsDeployment): Deployment {
  const { id, status, rolloutState, rolloutStateReason, taskDefinition, createdAt } = deployment;
  return {
    id: id!,
    status: status!,
    rollout: rolloutState,
    reason: rolloutStateReason,
    revision: revisionOf(taskDefinition),
    desired: deployment.desiredCount ?? 0,
    running: deployment.runningCount ?? 0,
    pending: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    startedAt: createdAt!,
  };
}

function taskOf(task: AwsTask): Task {
  return {
    id: task.taskArn!.split("/").at(-1)!,
    arn: task.taskArn!,
    revision: revisionOf(task.taskDefinitionArn),
    status: task.lastStatus!,
    createdAt: task.createdAt!,
    stoppedAt: task.stoppedAt ?? task.stoppingAt,
    stoppedReason: task.stoppedReason,
    containers: (task.containers ?? []).map(containerOf),
  };
}

function containerOf({ name, lastStatus, exitCode, reason, runtimeId, managedAgents }: Container): TaskContainer {
  const agent = managedAgents?.find((one) => one.name === "ExecuteCommandAgent");
  return {
    name: name!,
    status: lastStatus!,
    exitCode,
    reason,
    runtimeId,
    ...(agent && { exec: { status: agent.lastStatus!, reason: agent.reason } }),
  };
}

function revisionOf(taskDefinition: string | undefined): number | undefined {
  const revision = taskDefinition?.match(/:(\d+)$/)?.[1];
  return revision === undefined ? undefined : Number(revision);
}
