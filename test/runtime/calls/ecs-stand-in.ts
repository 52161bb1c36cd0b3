import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onStop } from "../gateway/loopback";

/** The two questions of ECS that the control service asks. */
export class EcsStandIn {
  readonly desired = new Map<string, number>();
  /** Services that were asked about. */
  readonly asked: string[] = [];
  readonly updates: { service: string; desiredCount: number }[] = [];
  private constructor(readonly url: string) {}

  static async start(): Promise<EcsStandIn> {
    const server = createServer(async (incoming, response) => {
      const body = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
      const operation = String(incoming.headers["x-amz-target"]).split(".")[1];
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(operation === "UpdateService" ? ecs.update(body) : ecs.describe(body)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onStop(() => {
      server.closeAllConnections();
      server.close();
    });
    const ecs = new EcsStandIn(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return ecs;
  }

  private describe({ services }: { services: string[] }) {
    this.asked.push(...services);
    const known = services.filter((name) => this.desired.has(name));
    return {
      services: known.map((serviceName) => ({
        serviceName,
        status: "ACTIVE",
        desiredCount: this.desired.get(serviceName),
      })),
      failures: services.filter((name) => !known.includes(name)).map((arn) => ({ arn, reason: "MISSING" })),
    };
  }

  private update({ service, desiredCount }: { service: string; desiredCount: number }) {
    this.updates.push({ service, desiredCount });
    this.desired.set(service, desiredCount);
    return { service: { serviceName: service, desiredCount } };
  }
}
