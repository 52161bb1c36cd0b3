import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { Lazy, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { MANIFEST_FILE } from "../../../lib/manifest";
import { type DashboardEndpoint, dashboardBody } from "../../../lib/monitoring";
import { defaultLabel, physicalName } from "../../../lib/naming";
import { assignPriorities, countQuotas, labelProblem } from "../../../lib/routing";
import { describeProblem, type LocatedProblem } from "../../../lib/spec";
import { platformProblems, publicCallsProblems } from "../../../lib/task";
import { controlRoleProblems } from "../calls/policy-sizing";
import { onSynthesize, warn } from "../engine/synthesis-hook";
import type { IPlatform } from "../platform/platform-ref";
import { AppImages } from "./app-images";
import { type EndpointEntry, type FunctionEntry, targetOf } from "./entries";
import { stackManifest } from "./stack-manifest";
import { stackSummary } from "./stack-summary";

const PLANS = new WeakMap<TerraformStack, StackPlan>();

/** Everything of Slipway's in one stack: it checks what no construct can check alone, and writes manifest and summary. */
export class StackPlan {
  private readonly platforms: IPlatform[] = [];
  private cluster?: string;
  private readonly endpoints: EndpointEntry[] = [];
  private readonly functions: FunctionEntry[] = [];
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
      file: (folder) => ({ name: MANIFEST_FILE, content: this.manifest(folder) }),
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
    for (const fn of this.functionsOf(entry)) entry.caller.grant(fn.construct);
  }

  addFunction(entry: FunctionEntry, warnings: readonly string[]): void {
    this.functions.push(entry);
    for (const message of warnings) warn(entry.construct, message);
    const callers = [...this.endpoints, ...this.functions].filter(({ spec }) => spec.app === entry.spec.app);
    for (const { caller } of callers) caller.grant(entry.construct);
    for (const fn of this.functionsOf(entry)) entry.caller.grant(fn.construct);
  }

  /** What code of the same app may call without being told so. */
  private functionsOf({ spec }: EndpointEntry | FunctionEntry): FunctionEntry[] {
    return this.functions.filter((fn) => fn.spec.app === spec.app);
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
      ...this.largePolicies(),
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
    return [...this.endpoints, ...this.functions].flatMap((entry) => {
      const target = targetOf(entry);
      const { path } = entry.construct.node;
      const earlier = first.get(target);
      if (earlier === undefined) {
        first.set(target, path);
        return [];
      }
      return [
        {
          code: "SLIPWAY_E_DUPLICATE_FUNCTION",
          path,
          prop: "name",
          value: entry.spec.name,
          message: `${earlier} is ${target} already, and (app, name) identifies a function`,
          fix: "Set another name or app",
        },
      ];
    });
  }

  private largePolicies(): LocatedProblem[] {
    const [platform] = this.platforms;
    const [first] = this.functions;
    const services = this.functions.map(({ service }) => service);
    const ofControl =
      platform && first ? controlRoleProblems(platform.requireCalls(first.construct), platform, services) : [];
    const ofCallers = [...this.endpoints, ...this.functions].flatMap(({ construct, caller }) =>
      caller.problems().map((problem) => ({ ...problem, path: construct.node.path })),
    );
    return [...ofControl.map((problem) => ({ ...problem, path: platform!.node.path })), ...ofCallers];
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
    return this.endpoints.flatMap(({ construct, platform, spec, caller }) => {
      const { offersCalls } = platform;
      const { makesCalls } = caller;
      return [
        ...platformProblems(spec, platform.attributes),
        ...publicCallsProblems(spec, { offersCalls, makesCalls }),
      ].map((problem) => ({ ...problem, path: construct.node.path }));
    });
  }

  private quotas() {
    return countQuotas({ rules: this.endpoints.length, targetGroups: this.endpoints.length, certificates: 0 });
  }

  private manifest(folder: string): string {
    const { cluster, endpoints, functions } = this;
    const [platform] = this.platforms;
    const manifest = stackManifest(
      { stack: this.stack.node.id, platform, cluster, endpoints, functions, images: AppImages.entriesOf(this.stack) },
      folder,
    );
    return `${JSON.stringify(manifest, null, 2)}\n`;
  }

  private summary(): string {
    const { platforms, endpoints, functions, dashboards } = this;
    return stackSummary(this.stack, { platforms, endpoints, functions, dashboards: dashboards.size });
  }
}
