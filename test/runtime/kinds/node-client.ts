import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { type Address, type Client, type ClientAnswer, type ClientRequest, MOST_MS, type TimedLine } from "./client";

export const node: Client = {
  name: "node:http",
  async exchange(address, requests) {
    const answers: ClientAnswer[] = [];
    for (const request of requests) answers.push(await send(address, request));
    return answers;
  },
  async lines(address, path) {
    const lines: TimedLine[] = [];
    let rest = "";
    const response = await open(address, { method: "GET", path, headers: {} });
    for await (const chunk of response.setEncoding("utf8")) {
      const readAt = Date.now() / 1000;
      const read = (rest + chunk).split("\n");
      rest = read.pop()!;
      for (const line of read) lines.push([readAt, line]);
    }
    return lines;
  },
};

/** The start of an answer: its body still to be read. */
async function open({ port, host }: Address, { method, path, headers, body }: ClientRequest): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(MOST_MS);
  const target = { host: "127.0.0.1", port, method, path };
  const sent = httpRequest({ ...target, agent: false, headers: { ...headers, host }, signal });
  // One that comes after the answer began is its reader's to see.
  sent.on("error", () => {});
  sent.end(body && Buffer.from(body, "base64"));
  const [response] = await once(sent, "response");
  return response;
}

async function send(address: Address, request: ClientRequest): Promise<ClientAnswer> {
  const response = await open(address, request);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode!,
    headers: pairs(response.rawHeaders),
    body: Buffer.concat(chunks).toString("base64"),
    trailers: pairs(response.rawTrailers),
  };
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1]!] as [string, string]] : []));
}
