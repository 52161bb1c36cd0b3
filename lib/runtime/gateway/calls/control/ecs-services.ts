import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";

/** What one question to ECS may ask for. */
const MOST_AT_ONCE = 10;

const CONNECT_MS = 2000;
const ANSWER_MS = 5000;
const ATTEMPTS = 3;

export interface EcsOptions {
  readonly region: string;
  readonly cluster: string;
  readonly endpoint?: string;
}

/** The services of one cluster, as far as they sleep. */
export class EcsServices {
  private readonly client: ECSClient;
  private readonly cluster: string;

  constructor({ region, cluster, endpoint }: EcsOptions) {
    this.cluster = cluster;
    this.client = new ECSClient({
      region,
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
      // Nobody looks at the credentials there, and looking for some would mean to ask the network.
      ...(endpoint !== undefined && { endpoint, credentials: { accessKeyId: "local", secretAccessKey: "local" } }),
    });
  }

  /** Which of these services are to have no task at all. */
  async asleep(services: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (let i = 0; i < services.length; i += MOST_AT_ONCE) {
      const command = new DescribeServicesCommand({
        cluster: this.cluster,
        services: services.slice(i, i + MOST_AT_ONCE),
      });
      const answer = await this.client.send(command);
      for (const { serviceName, status, desiredCount } of answer.services ?? []) {
        if (serviceName !== undefined && status === "ACTIVE" && desiredCount === 0) found.add(serviceName);
      }
    }
    return found;
  }

  /** To be asked only for what is asleep: of more than one task this would make one. */
  async wake(service: string): Promise<void> {
    await this.client.send(new UpdateServiceCommand({ cluster: this.cluster, service, desiredCount: 1 }));
  }
}
