import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { IamRolePolicy, IamRolePolicyConfig } from "@cdktf/provider-aws/lib/iam-role-policy";
import { dependable } from "cdktf";
import type { Construct } from "constructs";
import { type Problem, SlipwayError } from "../../../lib/spec";
import {
  type AccountScope,
  type CallerConfig,
  type CallStores,
  type CallsNames,
  callerStatements,
  policyCharacters,
  policyDocument,
  ROLE_POLICY_CHARACTERS,
  type Statement,
} from "../../../lib/task";
import type { IPlatform } from "../platform/platform-ref";
import { type Callable, callableOf } from "./callable";
import { callsNames } from "./platform-calls";
import { sizing } from "./policy-sizing";

interface CallerOptions {
  readonly construct: Construct;
  readonly platform: IPlatform;
  readonly account: AccountScope;
  readonly taskRole: IamRole;
  readonly service: EcsService;
  /** What its task role may do beside making calls: all of a role's policies share one limit. */
  readonly otherStatements: (names: CallsNames, account: AccountScope) => readonly Statement[][];
  readonly policy: {
    make(config: IamRolePolicyConfig): IamRolePolicy;
    change(part: Partial<IamRolePolicyConfig>): void;
  };
  /** The task is told which calls it may make. */
  configure(calls: CallerConfig): void;
}

/** Which functions an endpoint or a function may call. Grants come one by one, in any order, and add up to the same. */
export class Caller {
  private readonly granted = new Map<string, Callable>();

  constructor(private readonly options: CallerOptions) {}

  get construct(): Construct {
    return this.options.construct;
  }

  get makesCalls(): boolean {
    return this.granted.size > 0;
  }

  /** Lets it call a function, whatever the user passed as one. */
  grant(fn: unknown): void {
    const callable = callableOf(fn);
    const { construct, platform } = this.options;
    if (callable === undefined) {
      throw this.refusal({
        code: "SLIPWAY_E_INVALID_VALUE",
        value: typeof fn,
        message: "must be a function that can be called",
        fix: "Pass a SpawnFunction, or SpawnFunction.fromName(…) for one of another stack",
      });
    }
    const target = `${callable.app}/${callable.name}`;
    if (callable.platform !== platform) {
      throw this.refusal({
        code: "SLIPWAY_E_OTHER_PLATFORM",
        value: target,
        message: "is on another platform, whose calls this one's control service and table know nothing of",
        fix: "Name it by SpawnFunction.fromName(this, …) with this stack's platform, where it is the same one",
      });
    }
    const isFirst = !this.makesCalls;
    if (this.granted.has(target)) return;
    this.granted.set(target, callable);
    const { policy, taskRole, service, account } = this.options;
    const { stores } = platform.requireCalls(construct);
    const document = policyDocument(this.statements(callsNames(stores, platform.attributes), account));
    if (isFirst) {
      const made = policy.make({ namePrefix: "calls-", role: taskRole.name, policy: document });
      // It must exist as long as the service does.
      service.dependsOn = [...(service.dependsOn ?? []), dependable(made)];
    } else {
      policy.change({ policy: document });
    }
    this.options.configure(this.config(stores));
  }

  /** The part of the task's configuration; undefined while it may call nobody. */
  config(stores: CallStores): CallerConfig {
    return {
      ...stores,
      grants: this.sorted().map(({ app, name, tag }) => ({ app, name, tag })),
      public: false,
    };
  }

  /** IAM would refuse at the apply, and not say why. */
  problems(): Problem[] {
    const { platform, otherStatements } = this.options;
    if (!this.makesCalls) return [];
    const { names, account } = sizing(platform.requireCalls(this.construct), platform);
    const size = policyCharacters([this.statements(names, account), ...otherStatements(names, account)]);
    if (size <= ROLE_POLICY_CHARACTERS) return [];
    return [
      {
        code: "SLIPWAY_E_POLICY_TOO_LARGE",
        prop: "grantSpawn",
        value: undefined,
        message: `${this.granted.size} functions take ${size} characters of its role's policies, and IAM allows ${ROLE_POLICY_CHARACTERS}`,
        fix: "Let it call fewer: functions of another app are granted one by one",
      },
    ];
  }

  private statements(names: CallsNames, account: AccountScope): Statement[] {
    return callerStatements(this.sorted(), names, account);
  }

  /** The same whatever order the grants came in. */
  private sorted(): Callable[] {
    return [...this.granted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, callable]) => callable);
  }

  private refusal(problem: Omit<Problem, "prop">): SlipwayError {
    return new SlipwayError(this.construct.node.path, [{ prop: "grantSpawn", ...problem }]);
  }
}

const CALLER = Symbol.for("slipway/caller");

export function markCaller(construct: Construct, caller: Caller): void {
  Object.defineProperty(construct, CALLER, { value: caller });
}

/** The other way round: lets a construct, whatever the user passed as one, call a function. */
export function grantSpawnTo(fn: Construct, given: unknown): void {
  const caller = typeof given === "object" && given !== null ? (given as { [CALLER]?: Caller })[CALLER] : undefined;
  if (caller) {
    caller.grant(fn);
    return;
  }
  throw new SlipwayError(fn.node.path, [
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop: "grantSpawnTo",
      value: typeof given,
      message: "must be a construct that can make calls",
      fix: "Pass a web endpoint or a SpawnFunction of this stack",
    },
  ]);
}
