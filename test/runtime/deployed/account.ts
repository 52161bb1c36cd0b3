import { type Answers, type Input, Refusal } from "./aws-server";

export const CLUSTER = "acme-test-0123abcd";
const ACCOUNT = "arn:aws:ecs:eu-west-1:123456789012";
const GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/acme-web/0a1b2c";
const BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/acme/3d4e5f";

export function serviceName(endpoint: string): string {
  return `acme-test-acme-${endpoint}-0123abcd`;
}

export function secondsAgo(seconds: number): Date {
  return new Date(Date.now() - seconds * 1000);
}

export function taskDefinition(revision: number): string {
  return `${ACCOUNT}:task-definition/acme-web:${revision}`;
}

/** In AWS's own shapes, with what an endpoint has when all is well. */
export function deployment(given: Input = {}): Input {
  return {
    id: "ecs-svc/1000000000000000007",
    status: "PRIMARY",
    taskDefinition: taskDefinition(7),
    desiredCount: 1,
    pendingCount: 0,
    runningCount: 1,
    failedTasks: 0,
    createdAt: secondsAgo(7_300),
    updatedAt: secondsAgo(7_200),
    rolloutState: "COMPLETED",
    rolloutStateReason: "ECS deployment ecs-svc/1000000000000000007 completed.",
    ...given,
  };
}

export function event(seconds: number, message: string): Input {
  return { id: `${seconds}`, createdAt: secondsAgo(seconds), message };
}

export function service(endpoint: string, given: Input = {}): Input {
  const name = serviceName(endpoint);
  return {
    serviceName: name,
    serviceArn: `${ACCOUNT}:service/${CLUSTER}/${name}`,
    clusterArn: `${ACCOUNT}:cluster/${CLUSTER}`,
    status: "ACTIVE",
    desiredCount: 1,
    runningCount: 1,
    pendingCount: 0,
    deployments: [deployment()],
    events: [event(600, `(service ${name}) has reached a steady state.`)],
    loadBalancers: [{ targetGroupArn: GROUP, containerName: "gateway", containerPort: 18080 }],
    enableExecuteCommand: false,
    ...given,
  };
}

interface TaskOptions {
  readonly id?: string;
  readonly revision?: number;
  readonly app?: Input;
  readonly gateway?: Input;
}

export function runningTask(
  { id = "a".repeat(32), revision = 7, app, gateway }: TaskOptions = {},
  given: Input = {},
): Input {
  return {
    taskArn: `${ACCOUNT}:task/${CLUSTER}/${id}`,
    taskDefinitionArn: taskDefinition(revision),
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    createdAt: secondsAgo(7_200),
    containers: [
      { name: "app", lastStatus: "RUNNING", runtimeId: `${id}-1`, ...app },
      { name: "gateway", lastStatus: "RUNNING", runtimeId: `${id}-2`, ...gateway },
    ],
    ...given,
  };
}

export function stoppedTask(seconds: number, stoppedReason: string, options: TaskOptions = {}): Input {
  const stopped = { lastStatus: "STOPPED", desiredStatus: "STOPPED" };
  const containers = { app: { ...stopped, ...options.app }, gateway: { ...stopped, ...options.gateway } };
  return runningTask(
    { revision: 8, ...options, ...containers },
    { ...stopped, createdAt: secondsAgo(seconds + 60), stoppedAt: secondsAgo(seconds), stoppedReason },
  );
}

export interface Account {
  readonly services?: readonly Input[];
  /** Of every service. */
  readonly tasks?: readonly Input[];
  readonly targets?: ReadonlyArray<{ readonly State: string; readonly Description?: string }>;
  /** Lines by log stream. */
  readonly lines?: Readonly<Record<string, readonly string[]>>;
  readonly clusters?: readonly string[];
}

/** What AWS answers when this is all that an account has. */
export function answersOf(account: Account): Answers {
  const { services = [], tasks = [], lines = {}, clusters = [CLUSTER] } = account;
  const targets = account.targets ?? [{ State: "healthy" }];
  const has = (name: unknown) => clusters.some((cluster) => name === cluster || name === clusterArn(cluster));
  return {
    ListClusters: () => ({ clusterArns: clusters.map(clusterArn) }),
    DescribeServices: ({ cluster, services: names }) => {
      if (!has(cluster)) throw new Refusal("ClusterNotFoundException", "Cluster not found.");
      const isHere = String(cluster).endsWith(CLUSTER);
      const found = services.filter(({ serviceName: name }) => isHere && (names as unknown[]).includes(name));
      return { services: found, failures: [] };
    },
    ListTasks: ({ desiredStatus }) => ({
      taskArns: tasks.filter((task) => task.desiredStatus === desiredStatus).map(({ taskArn }) => taskArn),
    }),
    DescribeTasks: ({ tasks: arns }) => ({
      tasks: tasks.filter(({ taskArn }) => (arns as unknown[]).includes(taskArn)),
      failures: [],
    }),
    DescribeTargetHealth: () => ({
      TargetHealthDescriptions: targets.map((TargetHealth) => ({
        Target: { Id: "10.0.0.7", Port: 18080 },
        TargetHealth,
      })),
    }),
    DescribeTargetGroups: () => ({ TargetGroups: [{ TargetGroupArn: GROUP, LoadBalancerArns: [BALANCER] }] }),
    DescribeLoadBalancers: () => ({ LoadBalancers: [{ DNSName: "acme-1.eu-west-1.elb.amazonaws.com" }] }),
    GetLogEvents: ({ logStreamName, limit }) => {
      const all = lines[logStreamName as string];
      if (!all) throw new Refusal("ResourceNotFoundException", "The specified log stream does not exist.");
      const events = all
        .slice(-Number(limit))
        .map((message) => ({ message, timestamp: Date.now(), ingestionTime: Date.now() }));
      return { events, nextForwardToken: "f/1", nextBackwardToken: "b/1" };
    },
  };
}

function clusterArn(name: string): string {
  return `${ACCOUNT}:cluster/${name}`;
}
