import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ContainerDefinition as EcsContainerDefinition,
  ListClustersCommand,
  ListServicesCommand,
} from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  type Listener,
  type LoadBalancer,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { ListenerRule } from "../../lib/routing";
import { type ContainerDefinition, FUNCTION_LABEL } from "../../lib/task/container-definition";
import { CONTROL_CONTAINER } from "../../lib/task/control-task";
import type { AwsClients } from "./aws-api";

/** The control service is no function; here it has this name. */
export const CONTROL = "slipway/control";

/** A service as ECS has it, with its task definition. */
export interface DeployedFunction {
  /** `<app>/<name>`, from the containers' label. */
  readonly target: string;
  /** ARN. */
  readonly cluster: string;
  /** The service's name. */
  readonly service: string;
  /** Of the task definition. */
  readonly revision: number;
  /** ARN of the role by which its tasks ask AWS. */
  readonly taskRole: string;
  readonly containers: readonly ContainerDefinition[];
  readonly targetGroups: readonly string[];
}

export interface DeployedRule extends ListenerRule {
  readonly arn: string;
}

/** Every running service's task definition. */
export async function readFunctions({ ecs }: AwsClients): Promise<DeployedFunction[]> {
  const functions: DeployedFunction[] = [];
  for (const cluster of (await ecs.send(new ListClustersCommand({}))).clusterArns!) {
    const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
    for (const { taskDefinition, serviceName, loadBalancers = [] } of services) {
      const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      const { containerDefinitions, revision, taskRoleArn } = described.taskDefinition!;
      const containers = containerDefinitions!;
      functions.push({
        target: targetOf(containers),
        cluster,
        service: serviceName!,
        revision: revision!,
        taskRole: taskRoleArn!,
        containers: containers as unknown as ContainerDefinition[],
        targetGroups: loadBalancers.map((one) => one.targetGroupArn!),
      });
    }
  }
  return functions;
}

/** How many tasks each is to have, by target. */
export async function readDesiredCounts(
  { ecs }: AwsClients,
  functions: readonly DeployedFunction[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { target, cluster, service } of functions) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    counts.set(target, services![0]!.desiredCount!);
  }
  return counts;
}

/** Every rule that forwards, with the function whose target group it forwards to. */
export async function readRules(clients: AwsClients, functions: readonly DeployedFunction[]): Promise<DeployedRule[]> {
  const targets = new Map(functions.flatMap(({ target, targetGroups }) => targetGroups.map((arn) => [arn, target])));
  const rules: DeployedRule[] = [];
  for (const { ListenerArn } of await readListeners(clients)) {
    const { Rules = [] } = await clients.elb.send(new DescribeRulesCommand({ ListenerArn }));
    for (const rule of Rules) {
      const forward = rule.Actions!.find((action) => action.Type === "forward");
      if (forward) rules.push(ruleFrom(rule, targets.get(forward.TargetGroupArn!)!));
    }
  }
  return rules;
}

export async function readListeners(clients: AwsClients): Promise<Listener[]> {
  const { LoadBalancerArn } = await readLoadBalancer(clients);
  return (await clients.elb.send(new DescribeListenersCommand({ LoadBalancerArn }))).Listeners!;
}

export async function readLoadBalancer({ elb }: AwsClients): Promise<LoadBalancer> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  return LoadBalancers![0]!;
}

function targetOf(containers: readonly EcsContainerDefinition[]): string {
  if (containers.some(({ name }) => name === CONTROL_CONTAINER)) return CONTROL;
  const [target, ...others] = new Set(containers.map(({ dockerLabels }) => dockerLabels?.[FUNCTION_LABEL]));
  if (!target || others.length > 0) throw new Error(`containers that do not name one function: ${containers}`);
  return target;
}

function ruleFrom({ RuleArn, Priority, Conditions = [] }: Rule, target: string): DeployedRule {
  return {
    arn: RuleArn!,
    priority: Number(Priority),
    hosts: Conditions.flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []),
    paths: Conditions.flatMap(({ PathPatternConfig }) => PathPatternConfig?.Values ?? []),
    target,
  };
}
