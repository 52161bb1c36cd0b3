import { createHash, randomBytes } from "node:crypto";

/** `fc-`, 8 hex of the function's tag, 32 hex of chance. */
const CALL_ID = /^fc-([0-9a-f]{8})[0-9a-f]{32}$/;

/** Whose calls a function's are. */
export interface FunctionName {
  /** "" where the platform has none. */
  readonly environment: string;
  readonly app: string;
  readonly name: string;
}

/** The part of a call's id, of its keys and of its payloads' prefix that IAM policies name: a function's calls and no other's. */
export function functionTag({ environment, app, name }: FunctionName): string {
  return sha256(`${environment}/${app}/${name}`).slice(0, 8);
}

export function newCallId(tag: string): string {
  return `fc-${tag}${randomBytes(16).toString("hex")}`;
}

/** The tag of the function that a call is of; undefined for what is no call's id. */
export function tagOf(callId: string): string | undefined {
  return CALL_ID.exec(callId)?.[1];
}

/** Of a payload, or of a key that a client chose. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Index partitions: one function's open calls are spread over so many. */
const SHARDS = 16;

/** Which partition of the index an open call is in: by its last digit, so that nothing need remember it. */
export function openKey(callId: string): string {
  return `${tagOf(callId)}#${Number.parseInt(callId.slice(-1), 16) % SHARDS}`;
}

/** Every partition of the index that holds open calls of a function. */
export function openKeys(tag: string): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => `${tag}#${shard}`);
}
