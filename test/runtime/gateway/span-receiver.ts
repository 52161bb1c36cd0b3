import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onStop, until } from "./loopback";

/** A span as it arrived. */
export interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** 0: unset, 2: error. */
  readonly status: number;
  readonly attributes: Record<string, unknown>;
  readonly resource: Record<string, unknown>;
}

/** What a collector does with what it gets: takes it, refuses it with 503, or never answers. */
type Mood = "takes" | "refuses" | "silent";

/** A receiver of OTLP/HTTP, which keeps what it is sent. */
export class SpanReceiver {
  mood: Mood = "takes";
  readonly spans: Span[] = [];
  /** Targets and content types of the requests. */
  readonly requests = new Set<string>();
  /** Every byte that came, headers included. */
  text = "";

  private constructor(private readonly server: Server) {}

  static async start(port = 0): Promise<SpanReceiver> {
    const server = createServer((request, response) => void receiver.take(request, response));
    const receiver = new SpanReceiver(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    onStop(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The spans, once there are so many. */
  async arrived(count: number): Promise<Span[]> {
    await until(() => this.spans.length >= count, `${count} spans arrive`);
    return this.spans;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    this.requests.add(`${request.method} ${request.url} ${request.headers["content-type"]}`);
    this.text += `${request.rawHeaders.join(" ")} ${body}`;
    if (this.mood === "silent") return;
    if (this.mood === "refuses") {
      response.writeHead(503).end();
      return;
    }
    this.spans.push(...spansIn(JSON.parse(body)));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }
}

// The protocol's own names. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
// biome-ignore lint/suspicious/noExplicitAny: JSON
function spansIn({ resourceSpans }: any): Span[] {
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  return resourceSpans.flatMap(({ resource, scopeSpans }: any) =>
    // biome-ignore lint/suspicious/noExplicitAny: JSON
    scopeSpans.flatMap(({ spans }: any) => spans.map((span: any) => spanOf(span, valuesOf(resource.attributes)))),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: JSON
function spanOf(span: any, resource: Record<string, unknown>): Span {
  return {
    name: span.name,
    kind: span.kind,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    start: Number(span.startTimeUnixNano) / 1e6,
    end: Number(span.endTimeUnixNano) / 1e6,
    status: span.status.code,
    attributes: valuesOf(span.attributes),
    resource,
  };
}

function valuesOf(list: { key: string; value: Record<string, unknown> }[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
