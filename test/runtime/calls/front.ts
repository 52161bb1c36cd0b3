import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onStop } from "../gateway/loopback";

/**
 * What a service does with a request: it answers, answers 500 or "slow down" without having done anything, says nothing, or does
 * what it was asked and loses the answer. In fog it does not say that an object is not there, as S3 to who may not list the bucket.
 */
export type Weather = "clear" | "failing" | "throttled" | "silent" | "lossy" | "fog";

export interface Passing {
  /** Such as `PutItem`, `SendMessage`; the method and path for S3. */
  readonly operation: string;
  readonly body: string;
}

const NOT_TOLD =
  "<Error><Code>AccessDenied</Code><Message>User: arn:aws:sts::123456789012:assumed-role/task/1 is not authorized to perform: s3:ListBucket" +
  ' on resource: "arn:aws:s3:::payloads" because no identity-based policy allows the s3:ListBucket action</Message></Error>';

/** Stands before one of AWS's stand-ins, counts what passes, and can be broken. */
export class Front {
  /** Of requests that it is about: all, without one. */
  private weather: Weather = "clear";
  private about: (passing: Passing) => boolean = () => true;
  private left = Number.POSITIVE_INFINITY;
  /** Every request, in order; of large ones the body is not kept. */
  readonly seen: Passing[] = [];
  /** Added to each answer's `Date`. */
  clockAheadMs = 0;
  /** Whether answers tell the time at all. */
  tellsTime = true;

  private constructor(
    readonly port: number,
    private readonly upstream: number,
  ) {}

  static async start(upstream: number): Promise<Front> {
    const server: Server = createServer((incoming, response) => {
      // Whoever asked was killed in the middle of it.
      front.pass(incoming, response).catch(() => response.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onStop(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    const front = new Front((server.address() as AddressInfo).port, upstream);
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on, and for the next so many requests that it is about. */
  set(
    weather: Weather,
    about: string | ((passing: Passing) => boolean) = () => true,
    count = Number.POSITIVE_INFINITY,
  ) {
    this.weather = weather;
    this.about = typeof about === "string" ? ({ operation }) => operation === about : about;
    this.left = count;
  }

  clear(): void {
    this.set("clear");
    this.clockAheadMs = 0;
    this.tellsTime = true;
    this.seen.length = 0;
  }

  count(operation: string): number {
    return this.seen.filter((one) => one.operation === operation).length;
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers, url } = incoming;
    const target = headers["x-amz-target"];
    const operation = typeof target === "string" ? target.split(".")[1]! : `${method} ${url!.split("?")[0]}`;
    // What is not a document of the protocol streams.
    const body = typeof target === "string" ? Buffer.concat(await incoming.toArray()) : undefined;
    const passing = { operation, body: body?.toString() ?? "" };
    this.seen.push(passing);
    const weather = this.weather !== "clear" && this.left > 0 && this.about(passing) ? this.weather : "clear";
    if (weather !== "clear") this.left--;
    if (weather === "silent") {
      incoming.resume();
      return;
    }
    if (weather === "failing" || weather === "throttled") {
      incoming.resume();
      const isJson = body !== undefined;
      const status = weather === "failing" ? 500 : isJson ? 400 : 503;
      const code = weather === "failing" ? "InternalFailure" : isJson ? "ThrottlingException" : "SlowDown";
      const text = isJson
        ? JSON.stringify({ __type: code, message: "weather" })
        : `<Error><Code>${code}</Code><Message>weather</Message></Error>`;
      response.writeHead(status, { "content-type": isJson ? "application/x-amz-json-1.0" : "application/xml" });
      response.end(text);
      return;
    }
    const onwards = request({ host: "127.0.0.1", port: this.upstream, method, path: url, headers }, (answer) => {
      if (weather === "lossy") {
        answer.resume().once("end", () => response.destroy());
        return;
      }
      if (weather === "fog" && answer.statusCode === 404) {
        answer.resume();
        response.writeHead(403, { "content-type": "application/xml" });
        response.end(NOT_TOLD);
        return;
      }
      const { date: _, ...headers } = answer.headers;
      const date = new Date(Date.now() + this.clockAheadMs).toUTCString();
      response.sendDate = false;
      response.writeHead(answer.statusCode!, this.tellsTime ? { ...headers, date } : headers);
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    if (body) onwards.end(body);
    else incoming.pipe(onwards);
  }
}
