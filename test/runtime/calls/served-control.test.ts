import { tmpdir } from "node:os";
import { serveDefinitions } from "../../../lib/local/serve-definitions";
import { CONFIG_VARIABLE, type ContainerDefinition } from "../../../lib/task/container-definition";
import { controlContainer } from "../../../lib/task/control-task";
import { onStop, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns, BUCKET, REGISTRY, RETENTION_S, TABLE } from "./aws-stand-ins";
import { EcsStandIn } from "./ecs-stand-in";

afterEach(stopEverything);

/** As it is deployed, but with sweeps that a test can wait for. */
function container(): ContainerDefinition {
  const platform = {
    workspace: "acme",
    region: "eu-west-1",
    gatewayImage: "gateway:1",
    library: "0.1.0",
    idleTimeout: 60,
  };
  const stores = { table: TABLE, bucket: BUCKET, registry: REGISTRY, retentionS: RETENTION_S };
  const deployed = controlContainer(platform, { stores, cluster: "acme", logGroup: "/slipway/control" });
  const config = JSON.parse(deployed.environment[0]!.value);
  const value = JSON.stringify({ ...config, control: { ...config.control, sweepMs: 200 } });
  return { ...deployed, environment: [{ name: CONFIG_VARIABLE, value }] };
}

test("the control service runs from its definition, finds AWS by its environment, and wakes who sleeps there", async () => {
  const [aws, ecs] = await Promise.all([AwsStandIns.start(), EcsStandIn.start()]);
  const fn = await aws.addFunction();
  ecs.desired.set(fn.service, 0);
  await aws.queue(fn.queueUrl).sendBody("a call");
  const { dynamodb, sqs, s3 } = aws.endpoints;
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_S3: s3,
    AWS_ENDPOINT_URL_ECS: ecs.url,
    AWS_ACCESS_KEY_ID: "control",
    AWS_SECRET_ACCESS_KEY: "none",
  };
  const served = await serveDefinitions({
    definitions: [{ target: "slipway/control", containers: [container()], source: tmpdir() }],
    rules: [],
    python: () => Promise.reject(new Error("it runs no Python")),
    aws: { environment: () => environment },
  });
  onStop(() => served.stop());
  await until(() => ecs.updates.length > 0, "it is woken");
  expect(ecs.updates).toEqual([{ service: fn.service, desiredCount: 1 }]);
});
