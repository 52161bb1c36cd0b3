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
import type { AwsClients } from "./aws-api";

/** A function as ECS has it. */
export interface DeployedFunction {
  /** `<app>/<name>`, from the containers' label. */
  readonly target: string;
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
    for (const { taskDefinition, loadBalancers = [] } of services) {
      const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
      const containers = described.taskDefinition!.containerDefinitions!;
      functions.push({
        target: targetOf(containers),
        containers: containers as unknown as ContainerDefinition[],
        targetGroups: loadBalancers.map((one) => one.targetGroupArn!),
      });
    }
  }
  return functions;
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
