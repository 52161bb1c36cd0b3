import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { forbidden } from "./forbidden";
import { type ReadRequest, readRequest, Unsound } from "./strict-reader";

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n";

/** What has come on the app's connections since it was last taken. */
export interface Record {
  /** Whole requests, in the order in which they were whole. */
  readonly requests: ReadRequest[];
  /** Beginnings of requests whose connection ended before they were whole. */
  readonly cuts: string[];
  /** What no gateway may send: bytes that are no request, headers that are not a client's to set. */
  readonly faults: string[];
}

/**
 * An app that trusts nobody: it keeps the bytes of each connection, reads them by the letter, and answers as little as
 * possible. Where an upgrade was asked for it agrees and echoes. Requests below `/answers/` get the bytes that are set for them.
 */
export class Recorder {
  /** By target: what is written in answer, and whether the connection is ended after it. */
  readonly answers = new Map<string, { readonly bytes: string; readonly ends: boolean }>();
  private readonly server: Server;
  private readonly open = new Set<Recording>();
  private record: Record = { requests: [], cuts: [], faults: [] };

  private constructor() {
    this.server = createServer((socket) => {
      const recording = new Recording(socket, this.answers, () => this.record);
      this.open.add(recording);
      socket.once("close", () => this.open.delete(recording));
    });
  }

  static async start(): Promise<Recorder> {
    const recorder = new Recorder();
    recorder.server.listen(0, "127.0.0.1");
    await once(recorder.server, "listening");
    return recorder;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Whether no request is under way on any connection. */
  get isQuiet(): boolean {
    return [...this.open].every(({ isBetween }) => isBetween);
  }

  /** How many connections are open. */
  get connections(): number {
    return this.open.size;
  }

  take(): Record {
    const { record } = this;
    this.record = { requests: [], cuts: [], faults: [] };
    return record;
  }

  async stop(): Promise<void> {
    const closed = once(this.server.close(), "close");
    for (const { socket } of this.open) socket.destroy();
    await closed;
  }
}

class Recording {
  private bytes = "";
  private isTunnel = false;
  private hasConsented = false;
  private isSpent = false;

  constructor(
    readonly socket: Socket,
    private readonly answers: Recorder["answers"],
    private readonly record: () => Record,
  ) {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => this.onData(chunk));
    socket.once("close", () => {
      if (!this.isBetween) this.record().cuts.push(this.bytes);
    });
  }

  get isBetween(): boolean {
    return this.isTunnel || this.isSpent || this.bytes === "";
  }

  private onData(chunk: Buffer): void {
    if (this.isSpent) return;
    if (this.isTunnel) {
      this.socket.write(chunk);
      return;
    }
    this.bytes += chunk.toString("latin1");
    try {
      this.read();
    } catch (error) {
      if (!(error instanceof Unsound)) throw error;
      this.record().faults.push(`${error.message} in ${JSON.stringify(this.bytes.slice(0, 400))}`);
      this.isSpent = true;
      this.socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
  }

  private read(): void {
    while (this.bytes !== "" && !this.isTunnel && !this.isSpent) {
      const request = readRequest(this.bytes);
      if (request === undefined) {
        this.consent();
        return;
      }
      const rest = this.bytes.slice(request.length);
      this.bytes = "";
      this.hasConsented = false;
      const fault = forbidden(request);
      if (fault !== undefined) this.record().faults.push(`${fault} of ${request.method} ${request.target}`);
      this.record().requests.push(request);
      this.answer(request, rest);
      if (!this.isTunnel) this.bytes = rest;
    }
  }

  /** A client that asks first sends the body once it may. */
  private consent(): void {
    if (this.hasConsented || !/\r\nexpect: *100-continue\r\n.*\r\n\r\n/is.test(this.bytes)) return;
    this.hasConsented = true;
    this.socket.write("HTTP/1.1 100 Continue\r\n\r\n");
  }

  private answer({ method, target, headers }: ReadRequest, rest: string): void {
    const own = this.answers.get(target);
    if (own !== undefined) {
      this.isSpent = own.ends;
      if (own.ends) this.socket.end(own.bytes, "latin1");
      else this.socket.write(own.bytes, "latin1");
      return;
    }
    const protocol = headers.find(([name]) => name === "upgrade")?.[1];
    if (protocol === undefined || target.includes("declined")) {
      this.socket.write(method === "HEAD" ? ANSWER : `${ANSWER}ok`);
      return;
    }
    this.isTunnel = true;
    this.socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${protocol.split(",")[0]}\r\n\r\n`,
    );
    if (rest !== "") this.socket.write(rest, "latin1");
  }
}
