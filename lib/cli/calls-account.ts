import { CallQueue, CallTable, type Clients, createClients, Payloads, Registry } from "../calls/aws";
import { CallSurvey } from "../calls/aws/call-survey";
import { findBuckets } from "../calls/aws/find-bucket";
import type { OperatorStores } from "../calls/operator";
import { awsError } from "../deployed/aws-errors";
import { DeployedError } from "../deployed/deployed-error";
import type { PlaceOptions } from "./calls-options";
import { type CallsPlace, callsPlace } from "./calls-place";

export interface OpenedStores extends OperatorStores {
  /** Its own name, where the manifest has only the beginning of it. */
  bucket(): Promise<string>;
}

/** The platform's table, queues and bucket, with the credentials of whoever runs the command. */
export function openStores(options: PlaceOptions): OpenedStores {
  const { profile } = options;
  const place = callsPlace(options);
  const region = options.region ?? place.region;
  const clients = createClients({ region, profile });
  const { dynamodb, sqs, s3, clock } = clients;
  for (const [prefix, client] of Object.entries({ dynamodb, sqs, s3 })) explain(client, prefix, profile);
  const table = new CallTable(dynamodb, place.table);
  let bucket: Promise<string> | undefined;
  const bucketOf = () => {
    bucket ??= bucketAt(place, s3);
    return bucket;
  };
  return {
    table,
    survey: new CallSurvey(dynamodb, place.table),
    registry: () => new Registry(dynamodb, place.registry()),
    payloads: async () => new Payloads(table, s3, await bucketOf()),
    bucket: bucketOf,
    queue: (url) => new CallQueue(sqs, url),
    now: () => clock.now(),
  };
}

async function bucketAt({ bucket, bucketNames }: CallsPlace, s3: Clients["s3"]): Promise<string> {
  if (bucket !== undefined) return bucket;
  const [found, ...others] = await findBuckets(s3, bucketNames());
  const fix = { fix: "Name the bucket of payloads with --bucket, or set SLIPWAY_CALLS_BUCKET." };
  if (found === undefined) throw new DeployedError(`You have no bucket ${bucketNames().join(" or ")}.`, fix);
  if (others.length > 0) {
    throw new DeployedError(`Several buckets may be meant: ${[found, ...others].join(", ")}.`, fix);
  }
  return found;
}

interface Input {
  readonly TableName?: string;
  readonly RequestItems?: object;
  readonly QueueUrl?: string;
  readonly Bucket?: string;
}

interface Explainable {
  readonly config: { region: unknown };
  readonly middlewareStack: { add(middleware: never, options: object): void };
}

/** Where IAM's name is not the command's. */
const ACTIONS: Readonly<Record<string, string>> = { CopyObject: "PutObject", ListBuckets: "ListAllMyBuckets" };

type Next = (args: { input: Input }) => Promise<unknown>;

/** Has every failure of a client's told as a person can use it; the command's name is the IAM action's. */
function explain({ config, middlewareStack }: Explainable, prefix: string, profile: string | undefined): void {
  const explaining =
    (next: Next, { commandName = "" }: { commandName?: string }): Next =>
    (args) =>
      next(args).catch(async (error) => {
        const region = await (config.region as () => Promise<string>)().catch(() => "no region");
        const command = commandName.replace(/Command$/, "");
        const action = `${prefix}:${ACTIONS[command] ?? command}`;
        throw missing(error, args.input, region) ?? awsError(error, { action, region, profile });
      });
  middlewareStack.add(explaining as never, { step: "initialize" });
}

/** What is not where it was looked for. */
function missing(error: Error, input: Input, region: string): DeployedError | undefined {
  const table = input.TableName ?? Object.keys(input.RequestItems ?? {})[0];
  if (/region is missing/i.test(error.message)) {
    return new DeployedError("No AWS region is set.", {
      fix: "Name a --region or a --profile, or set AWS_REGION.",
    });
  }
  switch (error.name) {
    case "ResourceNotFoundException":
      return new DeployedError(`There is no table ${table} in ${region}.`, {
        fix: "Name another with --table or --registry, or another --region or --profile: names that only AWS knows are not in slipway.json.",
      });
    case "QueueDoesNotExist":
    case "AWS.SimpleQueueService.NonExistentQueue":
      return new DeployedError(`There is no queue ${input.QueueUrl}.`, {
        fix: "The registry still has it: deploy the stack of its function again.",
      });
    case "NoSuchBucket":
      return new DeployedError(`There is no bucket ${input.Bucket}.`, { fix: "Name another with --bucket." });
    case "PurgeQueueInProgress":
      return new DeployedError("The queue is being purged already.", {
        fix: "SQS begins one purge a minute: wait for that.",
      });
    default:
      return undefined;
  }
}
