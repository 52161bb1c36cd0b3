import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Input = Record<string, unknown>;

/** Thrown by an answer: what AWS says when it refuses. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** By action, as in `DescribeServices`: the answer's own JSON shape; times are dates. */
export type Answers = Readonly<Record<string, (input: Input) => object>>;

export interface Asked {
  readonly action: string;
  readonly input: Input;
  /** The access key that signed it. */
  readonly signedBy?: string;
}

/** A server that answers the SDK's real clients in AWS's protocols: JSON 1.1 of ECS and CloudWatch Logs, query and XML of ELB. */
export class AwsServer {
  readonly asked: Asked[] = [];

  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answers: Answers): Promise<AwsServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const aws = new AwsServer(server);
    server.on("request", (request, response) => void aws.answer(request, response, answers));
    return aws;
  }

  get actions(): string[] {
    return this.asked.map(({ action }) => action);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse, answers: Answers): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const target = request.headers["x-amz-target"];
    const isJson = typeof target === "string";
    const query = isJson ? undefined : new URLSearchParams(body);
    const action = isJson ? target.split(".")[1]! : query!.get("Action")!;
    const input: Input = isJson ? JSON.parse(body) : Object.fromEntries(query!);
    this.asked.push({ action, input, signedBy: request.headers.authorization?.match(/Credential=([^/]+)/)?.[1] });
    try {
      const answer = answers[action];
      if (!answer) throw new Refusal("UnknownOperationException", `no answer to ${action}`);
      const result = answer(input);
      response.setHeader("content-type", isJson ? "application/x-amz-json-1.1" : "text/xml");
      response.end(isJson ? JSON.stringify(result, epochs) : xmlAnswer(action, result));
    } catch (error) {
      const { code, message, status } = error instanceof Refusal ? error : new Refusal("Bug", String(error), 500);
      response.statusCode = status;
      response.end(isJson ? JSON.stringify({ __type: code, message }) : xmlError(code, message));
    }
  }
}

/** Dates have a `toJSON` of their own, which `JSON.stringify` calls first. */
function epochs(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  return own instanceof Date ? own.getTime() / 1000 : value;
}

function xmlAnswer(action: string, result: object): string {
  return `<${action}Response><${action}Result>${xml(result)}</${action}Result></${action}Response>`;
}

function xmlError(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`;
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join("");
  if (typeof value !== "object" || value === null) return escaped(String(value));
  return Object.entries(value)
    .map(([name, one]) => `<${name}>${xml(one)}</${name}>`)
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[<&]/g, (character) => (character === "<" ? "&lt;" : "&amp;"));
}
