import fc from "fast-check";
import { addFunction } from "./calls-stack";
import { built, type Config, DOMAIN, deploy, Synthesized } from "./stacks";

/** Limits of the services themselves, and what the provider appends to a prefix (26 characters). */
const LIMITS: Record<string, { attribute: string; longest: number; pattern: RegExp }[]> = {
  aws_lb: [{ attribute: "name", longest: 32, pattern: /^(?!internal-)[A-Za-z0-9][A-Za-z0-9-]*(?<!-)$/ }],
  aws_lb_target_group: [{ attribute: "name", longest: 32, pattern: /^[A-Za-z0-9][A-Za-z0-9-]*(?<!-)$/ }],
  aws_iam_role: [{ attribute: "name_prefix", longest: 38, pattern: /^[\w+=,.@-]+$/ }],
  aws_iam_role_policy: [{ attribute: "name_prefix", longest: 102, pattern: /^[\w+=,.@-]+$/ }],
  aws_s3_bucket: [
    { attribute: "bucket_prefix", longest: 37, pattern: /^(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9][a-z0-9-]*$/ },
  ],
  aws_security_group: [{ attribute: "name_prefix", longest: 229, pattern: /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]+$/ }],
  aws_sqs_queue: [{ attribute: "name", longest: 80, pattern: /^[\w-]+$/ }],
  aws_ecs_cluster: [{ attribute: "name", longest: 255, pattern: /^[\w-]+$/ }],
  aws_ecs_service: [{ attribute: "name", longest: 255, pattern: /^[\w-]+$/ }],
  aws_ecs_task_definition: [{ attribute: "family", longest: 255, pattern: /^[\w-]+$/ }],
  aws_dynamodb_table: [{ attribute: "name", longest: 255, pattern: /^[\w.-]{3,}$/ }],
  aws_sns_topic: [{ attribute: "name", longest: 256, pattern: /^[\w-]+$/ }],
  aws_cloudwatch_metric_alarm: [
    { attribute: "alarm_name", longest: 255, pattern: /^[ -~]+$/ },
    { attribute: "alarm_description", longest: 1024, pattern: /^[ -~]+$/ },
  ],
  aws_cloudwatch_dashboard: [{ attribute: "dashboard_name", longest: 255, pattern: /^[\w-]+$/ }],
  aws_cloudwatch_log_group: [
    { attribute: "name", longest: 512, pattern: /^(?!aws\/)[\w./#-]+$/ },
    { attribute: "name_prefix", longest: 486, pattern: /^(?!aws\/)[\w./#-]+$/ },
  ],
  aws_appautoscaling_policy: [{ attribute: "name", longest: 256, pattern: /^[ -~]+$/ }],
  aws_acm_certificate: [{ attribute: "domain_name", longest: 64, pattern: /^\*\.[a-z0-9.-]+$/ }],
};

/** Names that are not ours to choose, or that no limit but Terraform's holds for. */
const UNNAMED =
  /^aws_(vpc|subnet|route|eip|nat|internet|default|flow|lb_listener|s3_bucket_|acm_certificate_|dynamodb_table_item|ecs_cluster_|appautoscaling_target|sqs_queue_|wafv2)/;

function violations({ json }: Synthesized): string[] {
  return Object.entries<Config>(json.resource).flatMap(([type, all]) => {
    if (UNNAMED.test(type)) return [];
    const limits = LIMITS[type] ?? [];
    if (limits.length === 0) return [`${type} has no limits in this test`];
    return Object.values<Config>(all).flatMap((config) =>
      limits.flatMap(({ attribute, longest, pattern }) => {
        const value: unknown = config[attribute];
        if (typeof value !== "string") return [];
        return value.length <= longest && pattern.test(value) ? [] : [`${type}.${attribute}: ${value}`];
      }),
    );
  });
}

interface Named {
  readonly workspace: string;
  readonly environment?: string;
  readonly app: string;
  readonly name: string;
}

/** Words that AWS keeps for itself at the start of some name. */
const RESERVED = ["sg", "internal", "aws", "ecs", "fargate", "sthree", "amzn-s3-demo", "0"];

const word = fc.string({ unit: fc.constantFrom(..."ab019"), minLength: 1, maxLength: 12 });
const dashed = (longest: number) =>
  fc
    .oneof(
      fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join("-")),
      fc.constantFrom("z".repeat(longest), ...RESERVED, ...RESERVED.map((reserved) => `${reserved}-x`)),
    )
    .map((text) => text.slice(0, longest).replace(/-$/, ""));
const named: fc.Arbitrary<Named> = fc.record({
  workspace: dashed(20),
  environment: fc.option(dashed(20), { nil: undefined }),
  app: dashed(32),
  name: dashed(48),
});

test("every name is within its service's limits, with the longest and the strangest identities that are legal", () => {
  const longest = { workspace: "w".repeat(20), environment: "e".repeat(20), app: "a".repeat(32), name: "n".repeat(48) };
  const reserved = RESERVED.map((workspace) => ({ workspace, app: "a", name: "b" }));
  fc.assert(
    fc.property(named, ({ workspace, environment, app, name }) => {
      const endpoint = { app, name, alarms: { latencyP95: 1 } };
      const { stack, platform } = built({ workspace, environment, ...DOMAIN }, { endpoint });
      addFunction(stack, platform, "fn", { app, name: name === "f" ? "g" : "f" });
      addFunction(stack, platform, "longest", { app: "b", name });
      const synthesized = new Synthesized(stack);
      expect(violations(synthesized)).toEqual([]);
      const [{ host_header }] = synthesized.one("aws_lb_listener_rule").condition;
      expect(host_header.values[0].split(".")[0].length).toBeLessThanOrEqual(63);
    }),
    { numRuns: 20, examples: [longest, ...reserved].map((example): [Named] => [example]) },
  );
});

test("no two resources of a kind share a name, in one account and region", () => {
  const { synthesized } = deploy(DOMAIN, {
    one: { app: "a-b", name: "c" },
    two: { app: "a", name: "b-c", label: "two" },
    three: { app: "a", name: "b", label: "three" },
  });
  for (const [type, limits] of Object.entries(LIMITS)) {
    const { attribute } = limits[0]!;
    const names = synthesized
      .all(type)
      .map((config) => config[attribute])
      .filter((name) => name && !/-$/.test(name));
    if (type !== "aws_appautoscaling_policy") expect(new Set(names).size).toBe(names.length);
  }
});
