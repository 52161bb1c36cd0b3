import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that has every image already: what is deployed is looked at, and nothing has to be built for that. */
export class FullRegistry {
  /** Images that it was asked for, as `<repository>:<tag>`. */
  readonly asked: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FullRegistry> {
    const server = createServer();
    const registry = new FullRegistry(server);
    server.on("request", ({ method, url }, response) => {
      const [, repository, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url!) ?? [];
      if (method !== "HEAD" || tag === undefined) return response.writeHead(404).end();
      registry.asked.push(`${repository}:${tag}`);
      const digest = `sha256:${createHash("sha256").update(url!).digest("hex")}`;
      response.writeHead(200, { "docker-content-digest": digest }).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
