import { type GatewayProcess, spawnGateway } from "../gateway/gateway-process";
import { freePorts } from "../gateway/loopback";
import { type AwsStandIns, BUCKET, REGISTRY, RETENTION_S, TABLE } from "./aws-stand-ins";

/** The control service's program, with sweeps that a test can wait for. */
export async function startControl(
  aws: AwsStandIns,
  own: { ecs?: string; sweepMs?: number; leaseMs?: number } = {},
): Promise<GatewayProcess> {
  const [port, controlPort, loopbackPort] = (await freePorts(3)) as [number, number, number];
  const config = {
    version: 1,
    app: "slipway",
    function: "control",
    workspace: "acme",
    environment: "test",
    region: "eu-west-1",
    listen: { host: "127.0.0.1", port, controlPort, loopbackPort, keepAliveMs: 60_000 },
    drain: { deadlineMs: 5000, quietMs: 100 },
    endpoints: { ...aws.endpoints, ...(own.ecs !== undefined && { ecs: own.ecs }) },
    control: {
      table: TABLE,
      bucket: BUCKET,
      registry: REGISTRY,
      retentionS: RETENTION_S,
      cluster: own.ecs === undefined ? null : "cluster",
      sweepMs: own.sweepMs ?? 200,
      leaseMs: own.leaseMs ?? 1500,
    },
  };
  const control = spawnGateway(config as never);
  await control.logged("started");
  return control;
}
