import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { awsError } from "./aws-errors";

// Which Node to run is not what a person asks when a deployment does not come up.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** What the SDK would tell beside the answer, such as that a named profile wins over the keys in the environment, as it should. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const CONNECT_MS = 5_000;
const ANSWER_MS = 20_000;

export interface AwsClients {
  readonly region: string;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
}

export interface AwsOptions {
  readonly region: string;
  /** @default - the SDK's chain: environment, shared files, SSO, container, instance */
  readonly profile?: string;
}

/** Clients of one region; every failure of theirs is told as a person can use it. */
export function awsClients(options: AwsOptions): AwsClients {
  const { region, profile } = options;
  const config = {
    region,
    logger: SILENT,
    ...(profile !== undefined && { profile }),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  };
  const ecs = new ECSClient(config);
  const elb = new ElasticLoadBalancingV2Client(config);
  const logs = new CloudWatchLogsClient(config);
  ecs.middlewareStack.add(explaining("ecs", options), { step: "initialize" });
  elb.middlewareStack.add(explaining("elasticloadbalancing", options), { step: "initialize" });
  logs.middlewareStack.add(explaining("logs", options), { step: "initialize" });
  return { region, ecs, elb, logs };
}

/** A middleware around everything that a client does for a command; the command's name is the IAM action's. */
function explaining(prefix: string, options: AwsOptions) {
  return <I, O>(next: (args: I) => Promise<O>, { commandName = "" }: { commandName?: string }) =>
    (args: I): Promise<O> =>
      next(args).catch((error) => {
        throw awsError(error, { action: `${prefix}:${commandName.replace(/Command$/, "")}`, ...options });
      });
}
