import { createHash } from "node:crypto";
import type { AppName } from "./alone";
import type { ClientRequest } from "./client";

type Body = { readonly type: string; readonly bytes: Buffer | string };

function request(method: string, path: string, body?: Body, headers: Record<string, string> = {}): ClientRequest {
  return {
    method,
    path,
    headers: { ...headers, ...(body && { "content-type": body.type }) },
    ...(body && { body: Buffer.from(body.bytes as string).toString("base64") }),
  };
}

const json = (value: unknown): Body => ({ type: "application/json", bytes: JSON.stringify(value) });
const form = (bytes: string): Body => ({ type: "application/x-www-form-urlencoded", bytes });

/** Bytes of every value, the same in every run. */
function noise(size: number): Buffer {
  const blocks = Array.from({ length: size / 32 }, (_, i) => createHash("sha256").update(String(i)).digest());
  return Buffer.concat(blocks);
}

function upload(name: string, content: Buffer): Body {
  const boundary = "8f3c0d6a";
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** Every route of examples/web-kinds, and what each answers to a request that is not for it. */
export const REQUESTS: Readonly<Record<AppName, readonly ClientRequest[]>> = {
  api: [
    request("GET", "/health"),
    request("GET", "/items/caf%C3%A9%20au%20lait?detail=true"),
    request("GET", "/items/x?detail=perhaps"),
    request("POST", "/orders", json({ item: "tea", quantity: 2 })),
    request("POST", "/orders", json({ quantity: "many" })),
    request("GET", "/orders"),
    request("GET", "/items/x/"),
    request("OPTIONS", "/orders"),
    request("POST", "/uploads", upload("noise.bin", noise(1 << 20))),
    request("GET", "/no/such/route"),
  ],
  site: [
    request("GET", "/"),
    request("GET", "/", undefined, { cookie: "name=Ada" }),
    request("HEAD", "/"),
    request("POST", "/sign-in", form("name=Ada")),
    request("GET", "/sign-out"),
    request("GET", "/users/Zo%C3%AB"),
    request("DELETE", "/sign-in"),
    request("GET", "/no/such/route"),
  ],
  files: [
    request("GET", "/"),
    request("GET", "/style.css"),
    request("HEAD", "/style.css"),
    request("GET", "/notes"),
    request("GET", "/notes/"),
    request("GET", "/notes/links.txt?version=1"),
    request("POST", "/style.css"),
    request("GET", "/no/such/file"),
  ],
  node: [
    request("GET", "/"),
    request("GET", "/stream"),
    request("POST", "/echo", { type: "application/x-noise", bytes: noise(1 << 20) }),
    request("PUT", "/echo", { type: "text/plain; charset=utf-8", bytes: "naïve\n" }),
    request("GET", "/no/such/route"),
  ],
};
