import { APP_CONTAINER, GATEWAY_CONTAINER } from "../task/container-definition";
import { type AwsClients, awsClients } from "./aws-clients";
import { DeniedError } from "./aws-errors";
import { describeTasks, type Service, type Task } from "./ecs";
import type { ContainerName, Endpoint } from "./endpoint";
import { findServices } from "./find-services";
import { groupBy } from "./group-by";
import { loadBalancerHost, targetHealth } from "./load-balancing";
import { type LogLine, lastLines } from "./logs";
import { type EndpointReport, type LogExcerpt, notDeployed, quotedTask, reportOf, withLogs } from "./report";
import { culprit } from "./stopped-tasks";

export interface StatusOptions {
  readonly endpoints: readonly Endpoint[];
  readonly profile?: string;
  /** Log lines of a container. */
  readonly lines: number;
  /** Also of endpoints that run as they should. */
  readonly logsOfAll: boolean;
  readonly onProgress: (message: string) => void;
}

/** Endpoints that are read at a time: ECS throttles the reads of an account, which others need too. */
const AT_A_TIME = 10;

/** What AWS says of the endpoints, in their order. */
export async function readStatus(options: StatusOptions): Promise<EndpointReport[]> {
  const { endpoints, profile, onProgress } = options;
  const reports = new Map<Endpoint, EndpointReport>();
  for (const [region, some] of groupBy(endpoints, (endpoint) => endpoint.region)) {
    const aws = awsClients({ region, profile });
    onProgress(`asking ECS in ${region}`);
    const found = await findServices(aws.ecs, some);
    for (let first = 0; first < some.length; first += AT_A_TIME) {
      onProgress(
        some.length > AT_A_TIME ? `reading ${first} of ${some.length} endpoints` : "reading tasks and targets",
      );
      const batch = some.slice(first, first + AT_A_TIME).map(async (endpoint) => {
        const service = found.get(endpoint)!;
        const report =
          typeof service === "string"
            ? notDeployed(endpoint, service)
            : await readEndpoint(aws, endpoint, service, options);
        reports.set(endpoint, report);
      });
      await Promise.all(batch);
    }
  }
  return endpoints.map((endpoint) => reports.get(endpoint)!);
}

async function readEndpoint(
  aws: AwsClients,
  endpoint: Endpoint,
  service: Service,
  { lines, logsOfAll }: StatusOptions,
): Promise<EndpointReport> {
  const [url, targets, running, stopped] = await Promise.all([
    endpoint.url ?? pathUrl(aws, endpoint, service),
    targetHealth(aws.elb, service.targetGroups),
    describeTasks(aws.ecs, service, "RUNNING"),
    describeTasks(aws.ecs, service, "STOPPED"),
  ]);
  const report = reportOf(endpoint, { service, url, targets, running, stopped }, new Date());
  if (report.state === "running" && !logsOfAll) return report;
  const logs = await readLogs(aws, endpoint, report, running, lines);
  return withLogs(report, logs);
}

async function pathUrl({ elb }: AwsClients, { label }: Endpoint, { targetGroups }: Service): Promise<string | null> {
  const [group] = targetGroups;
  const host = group && (await loadBalancerHost(elb, group));
  return host ? `http://${host}/${label}/` : null;
}

/** Lines of a gateway that are looked through for those that tell of trouble: most are one for each request. */
const GATEWAY_LINES = 100;

async function readLogs(
  aws: AwsClients,
  endpoint: Endpoint,
  report: EndpointReport,
  running: readonly Task[],
  limit: number,
): Promise<LogExcerpt[]> {
  const task = quotedTask(report, running);
  if (task === undefined || limit === 0) return [];
  const read = async (container: ContainerName, keep: (line: LogLine) => boolean, fetched: number) => {
    const stream = endpoint.logs[container];
    if (!stream) return [];
    const excerpt = { task: task.id, container, stoppedAt: task.failed?.at };
    try {
      const lines = await lastLines(aws.logs, stream, { task: task.id, container, limit: fetched });
      return [{ ...excerpt, lines: lines.filter(keep).slice(-limit) }];
    } catch (error) {
      // The lines are the one part without which the rest still tells what runs.
      if (error instanceof DeniedError) return [{ ...excerpt, lines: [], problem: error.message }];
      throw error;
    }
  };
  const isGateway = task.failed !== undefined && culprit(task.failed.containers) === GATEWAY_CONTAINER;
  const [app, gateway] = await Promise.all([
    read(APP_CONTAINER, () => true, limit),
    read(GATEWAY_CONTAINER, isTrouble, GATEWAY_LINES),
  ]);
  const said = gateway.filter(({ lines }) => lines.length > 0);
  return isGateway ? [...said, ...app] : [...app, ...said];
}

/** The gateway writes JSON, with a level; what is none was written by Node on its way out. */
function isTrouble({ message }: LogLine): boolean {
  return !/^\{.*"level":"(info|debug)"/.test(message);
}
