import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { paginateScan } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { DUMP_FILE, type Dump, type FinalRecord } from "./checker/history";
import { digestOf, errorText } from "./digest";
import { callOf } from "./proxy/sqs";
import { WORK } from "./world/configs";
import { BUCKET, type Engines, TABLE } from "./world/engines";

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** Writes down all that is kept anywhere, by what docs/calls.md says of it. */
export async function dumpAll(engines: Engines, folder: string): Promise<void> {
  const items: Item[] = [];
  for await (const { Items = [] } of paginateScan(
    { client: engines.dynamodb },
    { TableName: TABLE, ConsistentRead: true },
  )) {
    items.push(...(Items as Item[]));
  }
  const payloads = new Map<string, string>();
  const records: Item[] = [];
  const keys: string[] = [];
  for (const item of items) {
    const pk = item.pk!.S!;
    const sk = item.sk!.S!;
    if (pk.startsWith("ik#")) keys.push(item.callId!.S!);
    else if (pk.startsWith("fc-") && sk === "call") records.push(item);
    else if (pk.startsWith("fc-")) payloads.set(`${pk} ${sk}`, item.body!.S!);
  }
  const dump: Dump = {
    records: await Promise.all(records.map((item) => finalRecord(item, payloads, engines))),
    keys,
    left: await depth(engines, WORK),
    dead: await deadCalls(engines),
  };
  writeFileSync(join(folder, DUMP_FILE), JSON.stringify(dump));
}

async function finalRecord(item: Item, payloads: ReadonlyMap<string, string>, engines: Engines): Promise<FinalRecord> {
  const number = (name: string) => (item[name]?.N === undefined ? undefined : Number(item[name].N));
  const id = item.pk!.S!;
  const attempt = number("attempt")!;
  const output = item.output?.S && JSON.parse(item.output.S);
  const error = item.error?.S && JSON.parse(item.error.S);
  const text = output && (await outputText(id, attempt, output, payloads, engines));
  return {
    id,
    state: item.state!.S!,
    attempt,
    createdAt: number("createdAt")!,
    startBy: number("startBy")!,
    doneBy: number("doneBy")!,
    startedAt: number("startedAt"),
    finishedAt: number("finishedAt"),
    hasOutput: Boolean(output),
    ...(text !== undefined && { result: digestOf(JSON.parse(text)) }),
    ...(error && { error: errorText(error), errorType: error.type }),
  };
}

async function outputText(
  id: string,
  attempt: number,
  output: { in: "record" | "item" | "s3"; body?: string },
  payloads: ReadonlyMap<string, string>,
  { s3 }: Engines,
): Promise<string | undefined> {
  if (output.in === "record") return output.body;
  if (output.in === "item") return payloads.get(`${id} out#${attempt}`);
  const Key = `calls/${id.slice(3, 11)}/${id}/out/${attempt}`;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return await Body!.transformToString();
  } catch {
    return undefined;
  }
}

/** Messages of all sorts. */
export async function depth(engines: Engines, name: string): Promise<number> {
  const { Attributes = {} } = await engines.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: engines.urlOf(name), AttributeNames: ["All"] }),
  );
  const names = (["", "NotVisible", "Delayed"] as const).map((which) => `ApproximateNumberOfMessages${which}` as const);
  return names.reduce((sum, each) => sum + Number(Attributes[each] ?? 0), 0);
}

async function deadCalls(engines: Engines): Promise<string[]> {
  const calls: string[] = [];
  for (;;) {
    const { Messages = [] } = await engines.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: engines.urlOf(`${WORK}-dlq`),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 3600,
      }),
    );
    if (Messages.length === 0) return calls;
    calls.push(...Messages.map(({ Body = "" }) => callOf(Body)));
  }
}
