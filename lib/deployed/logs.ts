import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogStream } from "./endpoint";

export interface LogLine {
  readonly at: Date;
  readonly message: string;
}

/** A page of CloudWatch Logs may be empty while there are lines before it. */
const MOST_PAGES = 5;

/** The last lines that a task's container wrote; none when it never started. */
export async function lastLines(
  logs: CloudWatchLogsClient,
  { group, prefix }: LogStream,
  { task, container, limit }: { task: string; container: string; limit: number },
): Promise<LogLine[]> {
  const stream = { logGroupName: group, logStreamName: `${prefix}/${container}/${task}`, limit, startFromHead: false };
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await logs.send(new GetLogEventsCommand({ ...stream, nextToken })).catch(unlessMissing);
    const events = answer?.events ?? [];
    if (events.length > 0) {
      return events.map(({ timestamp, message }) => ({ at: new Date(timestamp!), message: message!.trimEnd() }));
    }
    if (answer === undefined || answer.nextBackwardToken === nextToken) break;
    nextToken = answer.nextBackwardToken;
  }
  return [];
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof ResourceNotFoundException)) throw error;
}
