import { type Attributes, type AttributeValue, attributeValue, numberOf, textOf } from "./attributes";

/** A function as the registry has it: what whoever calls it must know. Terraform writes it. */
export interface FunctionEntry {
  readonly app: string;
  readonly name: string;
  readonly tag: string;
  readonly queueUrl: string;
  readonly dlqUrl: string;
  /** The ECS service's name. */
  readonly service: string;
  /** Of the task definition that the service is to run: a worker of another one begins nothing new. */
  readonly revision: number;
  /** A call that was not begun within this expires. */
  readonly queueMs: number;
  /** All attempts together end within this. */
  readonly deadlineMs: number;
  /** How long a worker that says nothing holds a call. */
  readonly visibilityMs: number;
  readonly maxPayloadBytes: number;
  /** Open calls at the most; none: no limit. */
  readonly maxPending?: number;
}

export const FUNCTION_KIND = "function";

export function registryKey(app: string, name: string) {
  return { pk: { S: `fn#${app}` }, sk: { S: name } };
}

export function toRegistryItem({ app, name, ...entry }: FunctionEntry): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = { ...registryKey(app, name), v: { N: "1" }, kind: { S: FUNCTION_KIND } };
  for (const [key, value] of Object.entries(entry)) if (value !== undefined) item[key] = attributeValue(value);
  return item;
}

/** Undefined for what is no function that can be called: a web endpoint, or an item of a later version. */
export function readFunctionEntry(item: Attributes): FunctionEntry | undefined {
  const entry: Record<string, unknown> = { app: textOf(item, "pk")?.slice("fn#".length), name: textOf(item, "sk") };
  if (textOf(item, "kind") !== FUNCTION_KIND || numberOf(item, "v") !== 1) return undefined;
  for (const key of ["tag", "queueUrl", "dlqUrl", "service"]) entry[key] = textOf(item, key);
  for (const key of ["revision", "queueMs", "deadlineMs", "visibilityMs", "maxPayloadBytes"]) {
    entry[key] = numberOf(item, key);
  }
  if (Object.values(entry).some((value) => value === undefined)) return undefined;
  const maxPending = numberOf(item, "maxPending");
  return { ...entry, ...(maxPending !== undefined && { maxPending }) } as unknown as FunctionEntry;
}
