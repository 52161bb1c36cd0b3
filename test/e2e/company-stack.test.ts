import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ServedDefinitions, serveDefinitions } from "../../lib/local";
import { AppsAlone } from "../runtime/kinds/alone";
import { conformance, type Place } from "../runtime/kinds/conformance";
import { ORDERS } from "../runtime/kinds/orders";
import { pythonFor } from "../runtime/kinds/python";
import { send } from "../runtime/local/http";
import { type AwsClients, awsCall, awsClients } from "./aws-api";
import { actionsIn, idsIn, referencesIn } from "./company-plan";
import { CompanyRulesInAws, isAllowed } from "./company-rules";
import { ExampleDeployment, type StateResource } from "./deployment";
import { createHostedZone } from "./domain";
import { Emulator } from "./emulator";
import { ExampleCopy } from "./example-copy";
import { FullRegistry } from "./full-registry";
import { stepsOf } from "./progress";
import { readFunctions, readRules } from "./read-back";
import { changesBetween } from "./resources";
import { textsWith } from "./secrets";
import { findTerraform, isolatedEnvironment, REGION } from "./terraform";

const ROOT = join(__dirname, "../..");
const PYTHON_FOLDER = join(ROOT, "node_modules/.cache/slipway-e2e/python");
const ORDERS_SOURCE = join(ROOT, "examples/company-stack/orders");
const DOMAIN = "example.com";
const TAGS = { team: "orders", "cost-center": "4711" };
const SIGNING_KEY = "known to the secret only";

describe("examples/company-stack", () => {
  const step = stepsOf("company-stack");
  const stops: Array<() => Promise<void>> = [];
  let emulator: Emulator;
  let aws: AwsClients;
  let platform: ExampleDeployment;
  let orders: ExampleDeployment;
  let rules: CompanyRulesInAws;
  /** What the team's apply made: terraform's resources, and AWS's roles. */
  let made: StateResource[];
  let roles: string[];
  /** The platform stack's outputs, as the team reads them. */
  let shared: { platform: { attributes: Record<string, unknown> }; signingKeyArn: string; teamBoundaryArn: string };
  const inventory: Record<"atFirst" | "withPlatform", string[]> = { atFirst: [], withPlatform: [] };

  beforeAll(async () => {
    const provider = await findTerraform();
    emulator = await step("starting the emulator", () => Emulator.start());
    stops.push(() => emulator.stop());
    aws = awsClients(emulator.url);
    rules = new CompanyRulesInAws(emulator.url);
    const context = { domain: DOMAIN, hostedZoneId: await createHostedZone(emulator.url, DOMAIN) };
    const [platformCopy, ordersCopy] = ["platform", "orders"].map((app) => {
      const copy = ExampleCopy.of(`company-stack/${app}`, provider);
      stops.push(async () => copy.remove());
      return copy;
    }) as [ExampleCopy, ExampleCopy];
    const registry = await FullRegistry.start();
    stops.push(() => registry.stop());
    const environment = (copy: ExampleCopy) => ({
      ...isolatedEnvironment(copy.folder, provider, emulator.url),
      SLIPWAY_REGISTRY: registry.url,
    });
    platform = new ExampleDeployment(platformCopy, environment(platformCopy), emulator, context, step);
    orders = new ExampleDeployment(ordersCopy, environment(ordersCopy), emulator, {}, step);

    inventory.atFirst = await emulator.resources();
    const published = join(ordersCopy.folder, "platform.json");
    await platform.deploy("--outputs-file", published);
    shared = JSON.parse(readFileSync(published, "utf8")).platform;
    inventory.withPlatform = await emulator.resources();
  });

  afterAll(async () => {
    const failures: unknown[] = [];
    for (const stop of stops.reverse()) await stop().catch((error) => failures.push(error));
    expect(failures).toEqual([]);
  });

  test("the committed platform.json has what the platform puts out", () => {
    const committed = JSON.parse(readFileSync(join(ORDERS_SOURCE, "platform.json"), "utf8")).platform;
    const names = (outputs: typeof shared) => [Object.keys(outputs), Object.keys(outputs.platform.attributes)];
    expect(names(committed)).toEqual(names(shared));
  });

  test("the team's plan makes resources of its own, and changes none", async () => {
    expect(actionsIn(await orders.firstPlan())).toEqual([
      "create 4 aws_appautoscaling_policy",
      "create 2 aws_appautoscaling_target",
      "create 1 aws_cloudwatch_dashboard",
      "create 2 aws_cloudwatch_log_group",
      "create 4 aws_cloudwatch_metric_alarm",
      "create 2 aws_dynamodb_table_item",
      "create 1 aws_ecr_lifecycle_policy",
      "create 1 aws_ecr_repository",
      "create 2 aws_ecs_service",
      "create 2 aws_ecs_task_definition",
      "create 4 aws_iam_role",
      "create 4 aws_iam_role_policy",
      "create 2 aws_lb_listener_rule",
      "create 2 aws_lb_target_group",
      "create 1 aws_sqs_queue",
      // The code's image, and the gateway's.
      "create 2 terraform_data",
    ]);
  });

  test("the team's apply takes nothing away, and leaves the platform nothing to do", async () => {
    const before = await rules.roleNames();
    await orders.deploy();
    roles = changesBetween(before, await rules.roleNames()).map((change) => change.replace("+ ", ""));
    made = await orders.state();
    const changes = changesBetween(inventory.withPlatform, await emulator.resources());
    expect(changes.filter((change) => change.startsWith("-"))).toEqual([]);
    expect(await platform.plannedChanges()).toEqual([]);
  });

  test("of the platform the team's resources name just what they need", () => {
    const { signingKeyArn, teamBoundaryArn, platform: construct } = shared;
    const ids = idsIn({ ...construct.attributes, signingKeyArn, teamBoundaryArn });
    expect(referencesIn(made, ids)).toEqual([
      "aws_appautoscaling_policy: clusterName",
      "aws_appautoscaling_target: clusterName",
      "aws_cloudwatch_dashboard: clusterName, loadBalancerFullName",
      "aws_cloudwatch_log_group: kmsKeyArn",
      "aws_cloudwatch_metric_alarm: alarmTopicArn, loadBalancerFullName",
      "aws_dynamodb_table_item: registryTableName",
      "aws_ecr_repository: kmsKeyArn",
      "aws_ecs_service: clusterArn, clusterName, gatewaySecurityGroupId, privateSubnetIds",
      "aws_ecs_task_definition: signingKeyArn, tokensTableName",
      "aws_iam_role: teamBoundaryArn",
      "aws_iam_role_policy: kmsKeyArn, signingKeyArn, tokensTableArn",
      "aws_lb_listener_rule: listenerArn, loadBalancerFullName",
      "aws_lb_target_group: vpcId",
    ]);
  });

  test("a second plan of the team's finds nothing to change", async () => {
    expect(await orders.plannedChanges()).toEqual([]);
  });

  test("every role of the team's has the company's boundary, which allows what the role needs", async () => {
    expect(roles).toHaveLength(4);
    const allowed = await rules.allowedByPolicy(shared.teamBoundaryArn);
    for (const role of roles) {
      expect([role, await rules.boundaryOf(role)]).toEqual([role, shared.teamBoundaryArn]);
      expect((await rules.allowedToRole(role)).filter((action) => !isAllowed(action, allowed))).toEqual([]);
    }
  });

  test("whatever of the team's can have tags has the company's", async () => {
    const taggable = made.filter(({ values }) => "tags_all" in values);
    for (const { address, values } of taggable) {
      const arn = values.arn ?? values.id;
      expect([address, await rules.tagsOf(arn as string)]).toEqual([address, expect.objectContaining(TAGS)]);
    }
    const types = [...new Set(taggable.map(({ type }) => type))];
    expect(types.sort()).toEqual([
      "aws_appautoscaling_target",
      "aws_cloudwatch_log_group",
      "aws_cloudwatch_metric_alarm",
      "aws_ecr_repository",
      "aws_ecs_service",
      "aws_ecs_task_definition",
      "aws_iam_role",
      "aws_lb_listener_rule",
      "aws_lb_target_group",
      "aws_sqs_queue",
    ]);
  });

  describe("what AWS says is deployed runs: through task definitions and rules read back", () => {
    const alone = new AppsAlone(ORDERS);
    let served: ServedDefinitions;

    beforeAll(async () => {
      const functions = await readFunctions(aws);
      const rules = await readRules(aws, functions);
      // What ECS gives a task: its role's credentials, and the secret's value.
      const given = {
        AWS_ENDPOINT_URL: emulator.url,
        AWS_DEFAULT_REGION: REGION,
        AWS_ACCESS_KEY_ID: "e2e",
        AWS_SECRET_ACCESS_KEY: "e2e",
        SIGNING_KEY,
      };
      await step("running what was read back, and the apps alone", async ({ say }) => {
        const pythonOf = pythonFor(ORDERS, { cache: PYTHON_FOLDER, folder: ORDERS_SOURCE, onProgress: say });
        const { python, env } = await pythonOf("");
        stops.push(() => alone.stop());
        await alone.start(ORDERS_SOURCE, pythonOf);
        served = await serveDefinitions({
          definitions: functions.map(({ target, containers }) => ({
            target,
            containers,
            source: orders.sources.get(target)!,
          })),
          rules,
          python: async () => ({ python, env: { ...env, ...given } }),
        });
        stops.push(() => served.stop());
      });
    });

    const place = (name: "quote" | "place"): Place => ({
      port: served.port,
      host: `acme-prod--orders-${name}.${DOMAIN}`,
      base: "",
      prefix: "",
    });

    conformance(ORDERS, alone, place);

    test("an order that is placed with a token is in the team's queue, signed; without one it is refused", async () => {
      const order = { ...place("place"), method: "POST", body: '{"quantity":3}' };
      const json = { "content-type": "application/json" };
      expect((await send({ ...order, headers: json })).status).toBe(401);
      const { keyId, secret } = served.token!;
      const token = { "slipway-key": keyId, "slipway-secret": secret };
      const placed = await send({ ...order, headers: { ...json, ...token } });
      expect([placed.status, placed.text]).toEqual([200, expect.stringContaining('"quantity":3')]);
      const { Body, MessageAttributes } = await receivedOrder();
      expect(JSON.parse(Body)).toEqual(JSON.parse(placed.text));
      const signature = createHmac("sha256", SIGNING_KEY).update(Body).digest("hex");
      expect(MessageAttributes.signature.StringValue).toBe(signature);
    });
  });

  async function receivedOrder() {
    const queue = made.find(({ type }) => type === "aws_sqs_queue")!;
    const answer = await awsCall(emulator.url, {
      service: "sqs",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage" },
      body: JSON.stringify({ QueueUrl: queue.values.url, MessageAttributeNames: ["All"] }),
    });
    return JSON.parse(answer).Messages[0];
  }

  test("a secret's value is in nothing that terraform wrote, knows or plans, and AWS shows it nowhere but in its own store", async () => {
    const table = shared.platform.attributes.tokensTableName as string;
    const made = await orders.slipway("tokens", "create", "--table", table, "--scope", "*/orders/*", "--json");
    const { "Slipway-Key": keyId, "Slipway-Secret": secret } = JSON.parse(made);
    const secretsManager = (target: string, body: object) =>
      awsCall(emulator.url, {
        service: "secretsmanager",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `secretsmanager.${target}` },
        body: JSON.stringify({ SecretId: shared.signingKeyArn, ...body }),
      });
    await secretsManager("PutSecretValue", { SecretString: SIGNING_KEY });
    const tokens = await awsCall(emulator.url, {
      service: "dynamodb",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Scan" },
      body: JSON.stringify({ TableName: table }),
    });
    expect(tokens).toContain(keyId);

    const texts = new Map([
      ...(await platform.texts()),
      ...(await orders.texts()),
      ["the task definitions, environment and all", JSON.stringify(await readFunctions(aws))],
      ["the tokens table", tokens],
      ["the secret itself", await secretsManager("GetSecretValue", {})],
    ]);
    expect(textsWith([secret, SIGNING_KEY], texts)).toEqual(["the secret itself"]);
    const stateFiles = [...texts.keys()].filter((name) => name.endsWith(".tfstate"));
    expect(stateFiles).toHaveLength(2);
  });

  test("the team leaves the platform as it was, and then the platform leaves nothing", async () => {
    await orders.destroy();
    // The token is the platform's, and goes with its table.
    const left = changesBetween(inventory.withPlatform, await emulator.resources());
    expect(left.filter((change) => !change.startsWith("+ DynamoDB Item"))).toEqual([]);
    await platform.destroy();
    // AWS deletes a key and a secret only after a waiting time.
    expect(changesBetween(inventory.atFirst, await emulator.resources())).toEqual([
      expect.stringMatching(/^\+ Kms Key /),
      expect.stringMatching(/^\+ SecretsManager FakeSecret .*signing-key/),
    ]);
  });
});
