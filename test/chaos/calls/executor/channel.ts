import { connect, type Socket } from "node:net";

export type Line = Readonly<Record<string, unknown>> & { readonly op: string };

/** One of the two connections to the gateway: lines of JSON. */
export class Channel {
  onLine: (line: Line) => void = () => undefined;
  onClose: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    let rest = "";
    socket.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.onLine(JSON.parse(line));
    });
    socket.on("error", () => undefined);
    socket.once("close", () => this.onClose());
  }

  /** Undefined while nobody listens there. */
  static open(path: string, name: "control" | "data"): Promise<Channel | undefined> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once("error", () => resolve(undefined));
      socket.once("connect", () => {
        const channel = new Channel(socket);
        channel.send({ op: "hello", channel: name, protocol: 1 });
        resolve(channel);
      });
    });
  }

  send(line: Line): void {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(line)}\n`);
  }

  close(): void {
    this.socket.destroy();
  }
}
