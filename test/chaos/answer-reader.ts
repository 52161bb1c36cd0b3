/** What a reader tells as an answer comes. */
export interface AnswerEvents {
  head(status: number, header: string): void;
  data(chunk: Buffer): void;
  /** The answer is whole: its framing says so. */
  end(): void;
}

type Part = "head" | "length" | "chunk-size" | "chunk" | "chunk-end" | "trailers" | "until-close" | "upgraded" | "over";

/** Reads one HTTP/1.1 answer, strictly: what does not look like one is an error. */
export class AnswerReader {
  private part: Part = "head";
  private rest: Buffer = Buffer.alloc(0);
  private left = 0;

  constructor(
    private readonly events: AnswerEvents,
    private readonly method: string,
  ) {}

  get isUpgraded(): boolean {
    return this.part === "upgraded";
  }

  /** The other side has closed: true when that is how this answer ends. */
  closed(): boolean {
    if (this.part !== "until-close") return this.part === "over";
    this.over();
    return true;
  }

  read(chunk: Buffer): void {
    let bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    this.rest = Buffer.alloc(0);
    while (bytes.length > 0) {
      const taken = this.take(bytes);
      if (taken === 0) {
        this.rest = Buffer.from(bytes);
        return;
      }
      bytes = bytes.subarray(taken);
    }
  }

  /** How many bytes it could use; 0 when it needs more. */
  private take(bytes: Buffer): number {
    switch (this.part) {
      case "head": {
        const at = bytes.indexOf("\r\n\r\n");
        if (at === -1) return 0;
        this.head(bytes.toString("latin1", 0, at));
        return at + 4;
      }
      case "length":
      case "chunk": {
        const taken = Math.min(this.left, bytes.length);
        this.left -= taken;
        this.events.data(bytes.subarray(0, taken));
        if (this.left === 0) {
          if (this.part === "chunk") this.part = "chunk-end";
          else this.over();
        }
        return taken;
      }
      case "until-close":
      case "upgraded":
        this.events.data(bytes);
        return bytes.length;
      case "over":
        throw new Error(`bytes after the answer: ${bytes.toString("latin1", 0, 60)}`);
      default:
        return this.line(bytes);
    }
  }

  private line(bytes: Buffer): number {
    const at = bytes.indexOf("\r\n");
    if (at === -1) return 0;
    const line = bytes.toString("latin1", 0, at);
    if (this.part === "chunk-end") {
      if (line !== "") throw new Error(`no end of a chunk: ${line}`);
      this.part = "chunk-size";
    } else if (this.part === "chunk-size") {
      if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`no chunk size: ${line}`);
      this.left = Number.parseInt(line, 16);
      this.part = this.left === 0 ? "trailers" : "chunk";
    } else if (line === "") {
      this.over();
    }
    return at + 2;
  }

  private head(text: string): void {
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
    if (!status) throw new Error(`no answer: ${text.slice(0, 60)}`);
    if (status < 200 && status !== 101) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    if (status === 101) this.part = "upgraded";
    else if (this.method === "HEAD" || status === 204 || status === 304) this.part = "over";
    else if (/\r\ntransfer-encoding: *chunked/i.test(text)) this.part = "chunk-size";
    else if (length === undefined) this.part = "until-close";
    else this.part = Number(length) === 0 ? "over" : "length";
    this.left = Number(length ?? 0);
    this.events.head(status, text);
    // Asked of a property that the switch above has narrowed.
    if ((this.part as Part) === "over") this.events.end();
  }

  private over(): void {
    this.part = "over";
    this.events.end();
  }
}
