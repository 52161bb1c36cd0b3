import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { DeployedFunction } from "./read-back";

/**
 * What ECS has in every task's network: what the task is, and a word by which it is kept from being stopped.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export class TaskAgent {
  /** Each word about protection, by target. */
  readonly protections: Array<readonly [target: string, isProtected: boolean]> = [];
  private readonly tasks = new Map<string, PlacedFunction>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TaskAgent> {
    const server = createServer();
    const agent = new TaskAgent(server);
    server.on("request", (request, response) => agent.answer(request, response).catch(() => response.destroy()));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return agent;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Variables that tell a task's containers where to ask, from wherever they are. */
  environment(fn: DeployedFunction, place = { url: this.url, address: "127.0.0.1" }): Record<string, string> {
    const id = fn.target.replace("/", "-");
    this.tasks.set(id, { ...fn, address: place.address });
    const url = `${place.url}/${id}`;
    return { ECS_CONTAINER_METADATA_URI_V4: url, ECS_AGENT_URI: url };
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = "", ...rest] = request.url!.split("/");
    const task = this.tasks.get(id);
    const wanted = `${request.method} ${rest.join("/")}`;
    if (task && wanted === "GET task") return reply(response, 200, metadataOf(id, task));
    if (task && wanted === "PUT task-protection/v1/state") {
      const { ProtectionEnabled } = (await json(request)) as { ProtectionEnabled: boolean };
      this.protections.push([task.target, ProtectionEnabled]);
      return reply(response, 200, { protection: { ProtectionEnabled, TaskArn: arnOf(id, task) } });
    }
    reply(response, 404, {});
  }
}

interface PlacedFunction extends DeployedFunction {
  readonly address: string;
}

function metadataOf(id: string, task: PlacedFunction): object {
  return {
    Cluster: task.cluster,
    TaskARN: arnOf(id, task),
    Revision: String(task.revision),
    DesiredStatus: "RUNNING",
    KnownStatus: "RUNNING",
    Containers: task.containers.map(({ name }) => ({ Name: name, Networks: [{ IPv4Addresses: [task.address] }] })),
  };
}

function arnOf(id: string, { cluster }: DeployedFunction): string {
  return `${cluster.replace(":cluster/", ":task/")}/${id}`;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
