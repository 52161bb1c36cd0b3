import { request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import type { Address, Client, ClientAnswer, ClientRequest, TimedLine } from "./client";

export const node: Client = {
  name: "node:http",
  async exchange(address, requests) {
    const answers: ClientAnswer[] = [];
    for (const request of requests) answers.push(await send(address, request));
    return answers;
  },
  lines: readLines,
};

function send({ port, host }: Address, { method, path, headers, body }: ClientRequest): Promise<ClientAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, method, path, agent: false, headers: { ...headers, host } });
    sent.once("error", reject);
    sent.once("response", async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({
        status: response.statusCode!,
        headers: pairs(response.rawHeaders),
        body: Buffer.concat(chunks).toString("base64"),
        trailers: pairs(response.rawTrailers),
      });
    });
    sent.end(body && Buffer.from(body, "base64"));
  });
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1]!] as [string, string]] : []));
}

async function readLines({ port, host }: Address, path: string): Promise<TimedLine[]> {
  const lines: TimedLine[] = [];
  await new Promise<void>((resolve, reject) => {
    const sent = httpRequest({ host: "127.0.0.1", port, path, agent: false, headers: { host } }, (response) => {
      createInterface({ input: response })
        .on("line", (line) => lines.push([Date.now() / 1000, line]))
        .on("close", resolve);
    });
    sent.once("error", reject).end();
  });
  return lines;
}
