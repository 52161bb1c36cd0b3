import { relative, resolve } from "node:path";
import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { Lazy, TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type CostItem, fargateMonthlyCost, monitoringCosts } from "../../../lib/catalog";
import { buildManifest, MANIFEST_FILE, renderSummary } from "../../../lib/manifest";
import { type DashboardEndpoint, dashboardBody, GATEWAY_METRICS } from "../../../lib/monitoring";
import { defaultLabel, physicalName } from "../../../lib/naming";
import { assignPriorities, countQuotas, type ListenerRule, labelProblem } from "../../../lib/routing";
import { describeProblem, isToken, type LocatedProblem, type WebSpec } from "../../../lib/spec";
import { platformProblems, type WebTask } from "../../../lib/task";
import { onSynthesize, warn } from "../engine/synthesis-hook";
import type { IPlatform } from "../platform/platform-ref";

/** What an endpoint tells its stack: enough for the manifest, the summary, and the checks across constructs. */
export interface EndpointEntry {
  readonly construct: Construct;
  readonly platform: IPlatform;
  readonly spec: WebSpec;
  readonly task: WebTask;
  readonly url: string;
  readonly rule: ListenerRule;
  /** The ECS service's name. */
  readonly service?: string;
  readonly alarms: number;
  readonly dimensions: DashboardEndpoint["dimensions"];
}

const PLANS = new WeakMap<TerraformStack, StackPlan>();

/** Everything of Slipway's in one stack: it checks what no construct can check alone, and writes manifest and summary. */
export class StackPlan {
  private readonly platforms: IPlatform[] = [];
  private cluster?: string;
  private readonly endpoints: EndpointEntry[] = [];
  private readonly dashboards = new Map<string, DashboardEndpoint[]>();

  static of(scope: Construct): StackPlan {
    const stack = TerraformStack.of(scope);
    const existing = PLANS.get(stack);
    if (existing) return existing;
    const plan = new StackPlan(stack);
    PLANS.set(stack, plan);
    return plan;
  }

  private constructor(private readonly stack: TerraformStack) {
    stack.node.addValidation({
      validate: () => this.problems().map((problem) => describeProblem(problem.path, problem)),
    });
    onSynthesize(stack, {
      file: (folder) => ({ name: MANIFEST_FILE, content: `${JSON.stringify(this.manifest(folder), null, 2)}\n` }),
      message: () => {
        for (const message of this.quotas().warnings) warn(stack, message);
        return this.summary();
      },
    });
  }

  /** @param cluster the ECS cluster's name, which in the platform's attributes is a reference */
  addPlatform(platform: IPlatform, cluster: string | undefined, warnings: readonly string[]): void {
    this.platforms.push(platform);
    this.cluster ??= cluster;
    for (const message of warnings) warn(platform, message);
  }

  addEndpoint(entry: EndpointEntry, warnings: readonly string[]): void {
    this.endpoints.push(entry);
    for (const message of warnings) warn(entry.construct, message);
    if (entry.platform.attributes.observability === "standard") this.addToDashboard(entry);
  }

  private addToDashboard({ platform, spec, dimensions }: EndpointEntry): void {
    const shown = this.dashboards.get(spec.app);
    if (shown) {
      shown.push({ name: spec.name, dimensions });
      return;
    }
    const endpoints: DashboardEndpoint[] = [{ name: spec.name, dimensions }];
    this.dashboards.set(spec.app, endpoints);
    const { workspace, environment, region } = platform.attributes;
    new CloudwatchDashboard(platform, `dashboard-${spec.app}`, {
      // The stack is part of the name: two stacks that share an app would overwrite each other's dashboard.
      dashboardName: physicalName(
        { workspace, environment, region, app: spec.app },
        { maxLength: 64, kind: "dashboard", immutable: [this.stack.node.id] },
      ),
      dashboardBody: Lazy.stringValue({ produce: () => JSON.stringify(dashboardBody(region, endpoints)) }),
    });
  }

  private problems(): LocatedProblem[] {
    const [platform] = this.platforms;
    if (!platform) return [];
    const requests = this.endpoints.map(({ construct, rule, spec }) => ({
      path: construct.node.path,
      target: rule.target,
      conditions: { hosts: rule.hosts, paths: rule.paths },
      rulePriority: spec.rulePriority,
    }));
    return [
      ...this.secondPlatforms(),
      ...this.duplicateFunctions(),
      ...this.cutLabels(),
      ...this.unfitEndpoints(),
      ...assignPriorities(requests, platform.attributes.priorityBand).problems,
      ...this.quotas().problems.map((problem) => ({ ...problem, path: this.stack.node.path })),
    ];
  }

  /** Rules, dashboards and the manifest are a platform's; with two in one stack each would be ambiguous. */
  private secondPlatforms(): LocatedProblem[] {
    const [first, ...others] = this.platforms;
    return others.map((other) => ({
      code: "SLIPWAY_E_SECOND_PLATFORM",
      path: other.node.path,
      prop: "platform",
      value: undefined,
      message: `the stack has a platform already, ${first!.node.path}`,
      fix: "Give each platform a stack of its own",
    }));
  }

  private duplicateFunctions(): LocatedProblem[] {
    const first = new Map<string, string>();
    return this.endpoints.flatMap(({ construct, rule, spec }) => {
      const earlier = first.get(rule.target);
      if (earlier === undefined) {
        first.set(rule.target, construct.node.path);
        return [];
      }
      return [
        {
          code: "SLIPWAY_E_DUPLICATE_FUNCTION",
          path: construct.node.path,
          prop: "name",
          value: spec.name,
          message: `${earlier} is ${rule.target} already, and (app, name) identifies a function`,
          fix: "Set another name or app",
        },
      ];
    });
  }

  private cutLabels(): LocatedProblem[] {
    return this.endpoints.flatMap(({ construct, platform, spec }) => {
      const problem =
        spec.label === defaultLabel(spec.app, spec.name)
          ? undefined
          : labelProblem({ ...platform.attributes, ...spec });
      return problem ? [{ ...problem, path: construct.node.path }] : [];
    });
  }

  private unfitEndpoints(): LocatedProblem[] {
    return this.endpoints.flatMap(({ construct, platform, spec }) =>
      platformProblems(spec, platform.attributes).map((problem) => ({ ...problem, path: construct.node.path })),
    );
  }

  private quotas() {
    return countQuotas({ rules: this.endpoints.length, targetGroups: this.endpoints.length, certificates: 0 });
  }

  private manifest(folder: string) {
    const { workspace, environment, region, domain } = this.platforms[0]?.attributes ?? { workspace: "", region: "" };
    return buildManifest({
      stack: this.stack.node.id,
      platform: {
        workspace,
        environment: environment ?? null,
        region,
        domain: domain ?? null,
        cluster: literal(this.cluster),
        tokensTable: literal(this.platforms[0]?.attributes.tokensTableName),
      },
      functions: this.endpoints.map(({ construct, spec, task, url, service }) => ({
        path: construct.node.path,
        spec,
        task,
        url: literal(url),
        service: literal(service),
        source: spec.source === undefined ? null : relative(folder, resolve(spec.source)) || ".",
      })),
      routes: this.endpoints.map(({ rule }) => rule),
    });
  }

  private summary(): string {
    const { loadBalancerDnsName } = this.platforms[0]?.attributes ?? { loadBalancerDnsName: "" };
    const alarms = this.endpoints.reduce((sum, { alarms: count }) => sum + count, 0);
    const shared: CostItem[] = [
      ...this.platforms.flatMap(({ costs }) => costs),
      ...monitoringCosts({
        metrics: GATEWAY_METRICS * this.endpoints.length,
        alarms,
        dashboards: this.dashboards.size,
      }),
    ];
    return renderSummary({
      loadBalancer: literal(loadBalancerDnsName),
      resources: this.stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node)).length,
      shared,
      functions: this.endpoints.map(({ spec, task, url }) => ({
        name: `${spec.app}/${spec.name}`,
        url: literal(url),
        label: spec.label,
        method: spec.method,
        size: task.size.explanation,
        min: spec.minContainers,
        max: spec.maxContainers,
        spot: spec.spot,
        monthly: fargateMonthlyCost({
          ...task.size,
          architecture: spec.architecture,
          ephemeralGiB: spec.ephemeralDiskGiB,
          count: spec.minContainers,
        }),
      })),
    });
  }
}

/** null where it is known only after apply. */
function literal(value: string | undefined): string | null {
  return value === undefined || isToken(value) ? null : value;
}
