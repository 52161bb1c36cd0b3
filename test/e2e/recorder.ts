import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** A request to AWS, as it was signed and answered. */
export interface Asked {
  /** Target of the task. */
  readonly by: string;
  /** As in a signature: `dynamodb`, `sqs`, `s3`, `ecs`. */
  readonly service: string;
  /** `UpdateService`; the method for S3. */
  readonly action: string;
  /** Of S3 only: bucket, key and query. */
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: each action has a form of its own
  readonly input: any;
  readonly status: number;
}

const SIGNATURE = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//;

/** Stands before the emulator, changes nothing, and remembers who asked for what. */
export class Recorder {
  readonly asked: Asked[] = [];
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
  ) {}

  static async start(upstream: string): Promise<Recorder> {
    const server = createServer();
    const recorder = new Recorder(server, new URL(upstream));
    // Whoever asked may be gone before the answer.
    server.on("request", (incoming, response) => recorder.pass(incoming, response).catch(() => response.destroy()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What was asked for by this action. */
  of(action: string): Asked[] {
    return this.asked.filter((one) => one.action === action);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    this.agent.destroy();
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url: path } = incoming;
    const { hostname, port } = this.upstream;
    const outgoing = request({ hostname, port, method, path, headers, agent: this.agent });
    const target = headers["x-amz-target"];
    const chunks: Buffer[] = [];
    if (target) incoming.on("data", (chunk) => chunks.push(chunk));
    response.once("close", () => outgoing.destroy());
    const [[answer]] = await Promise.all([
      once(outgoing, "response") as Promise<[IncomingMessage]>,
      pipeline(incoming, outgoing),
    ]);
    const [, by = "", service = ""] = SIGNATURE.exec(headers.authorization ?? "") ?? [];
    const action = typeof target === "string" ? target.split(".").at(-1)! : method!;
    const input = target ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    this.asked.push({ by: by.replace(".", "/"), service, action, path: path!, input, status: answer.statusCode! });
    response.writeHead(answer.statusCode!, answer.headers);
    await pipeline(answer, response);
  }
}
