import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { REGION } from "./terraform";

// The clients are pinned by the lock file; on Node 20 they would announce the end of their support at every run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

export interface AwsClients {
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
}

export function clientConfig(endpoint: string) {
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: "e2e", secretAccessKey: "e2e" },
    maxAttempts: 1,
  };
}

export function awsClients(endpoint: string): AwsClients {
  const config = clientConfig(endpoint);
  return { ecs: new ECSClient(config), elb: new ElasticLoadBalancingV2Client(config) };
}

export interface RawCall {
  /** The service's name in a signature. */
  readonly service: string;
  /** @default POST with a body, else GET */
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A call to a service that the tests have no SDK client for; the emulator reads the service from the signature's scope. */
export async function awsCall(endpoint: string, call: RawCall): Promise<string> {
  const { service, body, method = body === undefined ? "GET" : "POST", path = "/", headers } = call;
  const scope = `e2e/20260101/${REGION}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(endpoint + path, { method, headers: { ...headers, authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service}: ${response.status} ${text}`);
  return text;
}
