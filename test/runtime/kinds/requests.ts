import { createHash } from "node:crypto";
import type { ClientRequest } from "./client";

type Body = { readonly type: string; readonly bytes: Buffer | string };

export function request(
  method: string,
  path: string,
  body?: Body,
  headers: Record<string, string> = {},
): ClientRequest {
  return {
    method,
    path,
    headers: { ...headers, ...(body && { "content-type": body.type }) },
    ...(body && { body: Buffer.from(body.bytes as string).toString("base64") }),
  };
}

export const json = (value: unknown): Body => ({ type: "application/json", bytes: JSON.stringify(value) });
export const form = (bytes: string): Body => ({ type: "application/x-www-form-urlencoded", bytes });

/** Bytes of every value, the same in every run. */
export function noise(size: number): Buffer {
  const blocks = Array.from({ length: size / 32 }, (_, i) => createHash("sha256").update(String(i)).digest());
  return Buffer.concat(blocks);
}

export function upload(name: string, content: Buffer): Body {
  const boundary = "8f3c0d6a";
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
