import { execFile } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A task's place in it, as `awsvpc` gives it one: a loopback of its own, and an address that others reach. */
export interface TaskPlace {
  /** Of the network namespace: a file that holds it. */
  readonly path: string;
  readonly namespace: string;
  readonly address: string;
}

/** A subnet in this machine, which is itself its first address. */
export class TaskNetwork {
  private readonly places: TaskPlace[] = [];
  private readonly forwards: Forward[] = [];
  private count = 1;

  private constructor(
    private readonly name: string,
    private readonly prefix: string,
  ) {}

  static async start(): Promise<TaskNetwork> {
    const { pid } = process;
    const network = new TaskNetwork(`slw${pid}`, `10.231.${pid % 256}`);
    await ip("link", "add", network.name, "type", "bridge");
    await ip("address", "add", `${network.machine}/24`, "dev", network.name);
    await ip("link", "set", network.name, "up");
    return network;
  }

  /** This machine's address, for tasks. */
  get machine(): string {
    return `${this.prefix}.1`;
  }

  async add(): Promise<TaskPlace> {
    this.count += 1;
    const n = this.count;
    const namespace = `${this.name}-${n}`;
    const address = `${this.prefix}.${n}`;
    const place = { namespace, address, path: `/run/netns/${namespace}` };
    await ip("netns", "add", namespace);
    this.places.push(place);
    const [outer, inner] = [`${this.name}o${n}`, `${this.name}i${n}`];
    await ip("link", "add", outer, "type", "veth", "peer", "name", inner);
    await ip("link", "set", outer, "master", this.name, "up");
    await ip("link", "set", inner, "netns", namespace);
    for (const link of ["lo", inner]) await ip("-n", namespace, "link", "set", link, "up");
    await ip("-n", namespace, "address", "add", `${address}/24`, "dev", inner);
    await ip("-n", namespace, "route", "add", "default", "via", this.machine);
    return place;
  }

  /** Lets tasks reach what listens on this machine's loopback: the URL that they have for it. */
  async expose(url: string): Promise<string> {
    const { protocol, hostname, port, pathname } = new URL(url);
    const opened = await this.forward(this.machine, { host: hostname, port: Number(port) });
    return `${protocol}//${this.machine}:${opened}${pathname === "/" ? "" : pathname}`;
  }

  /** A port of loopback that leads into a task. */
  reach({ address }: TaskPlace, port: number): Promise<number> {
    return this.forward("127.0.0.1", { host: address, port });
  }

  async stop(): Promise<void> {
    await Promise.all(this.forwards.map((forward) => forward.stop()));
    for (const { namespace } of this.places) await ip("netns", "delete", namespace);
    await ip("link", "delete", this.name);
  }

  private async forward(host: string, to: { readonly host: string; readonly port: number }): Promise<number> {
    const forward = await Forward.start(host, to);
    this.forwards.push(forward);
    return forward.port;
  }
}

function ip(...args: string[]) {
  return run("ip", args);
}

/** Passes bytes on, both ways, and each end on its own. */
class Forward {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(host: string, to: { readonly host: string; readonly port: number }): Promise<Forward> {
    const server = createServer({ allowHalfOpen: true });
    const forward = new Forward(server);
    server.on("connection", (near) => {
      const far = connect({ ...to, allowHalfOpen: true });
      forward.join(near, far);
      forward.join(far, near);
    });
    server.listen(0, host);
    await once(server, "listening");
    return forward;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.sockets.delete(from);
      if (from.errored) to.destroy();
    });
    from.pipe(to);
  }
}
