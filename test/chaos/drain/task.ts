import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gatewayConfig } from "../../runtime/gateway/gateway-process";
import { until } from "../../runtime/gateway/loopback";
import { App } from "../app";
import { Target } from "../balancer";
import type { Plant } from "../plants";
import { Program } from "../program";

export interface TaskOptions {
  readonly deadlineMs: number;
  readonly quietMs: number;
  readonly plant?: Plant;
}

/** The app is given its SIGTERM when the gateway has gone, as ECS does it by `dependsOn`. */
export class Task {
  readonly target: Target;

  private constructor(
    private readonly app: App,
    private readonly program: Program,
    private readonly metadata: Metadata | undefined,
  ) {
    this.target = new Target(program.port);
  }

  /** Until its health check is good. Every second one learns from ECS itself that it is to stop, and has an app in Python. */
  static async start({ plant, deadlineMs, quietMs }: TaskOptions, number: number): Promise<Task> {
    const isSecond = number % 2 === 1;
    const app = await App.start(isSecond ? "asgi" : "node", { maxInputs: 1000 });
    const metadata = isSecond ? await Metadata.start() : undefined;
    const config = await gatewayConfig(app.port, {
      drain: { deadlineMs, quietMs },
      web: { gate: { maxInputs: 1000, maxQueued: 1000 } },
    });
    const env = metadata && { ECS_CONTAINER_METADATA_URI_V4: metadata.url };
    const program = await Program.start(config, { plant, env });
    await until(async () => (await program.health()) === 200, "the task is healthy");
    return new Task(app, program, metadata);
  }

  /** ECS has decided that it stops. */
  willStop(): void {
    if (this.metadata !== undefined) this.metadata.desiredStatus = "STOPPED";
  }

  terminate(): void {
    this.willStop();
    this.program.kill("SIGTERM");
  }

  /** Waits for the gateway's end, then stops the app; returns how both ended. */
  async stopped(): Promise<string> {
    const code = await this.program.exited;
    const exit = this.program.event("exit");
    this.target.close();
    const app = await this.app.stop();
    this.metadata?.stop();
    return `gateway ${code} ${exit?.reason}, ${exit?.cutOff} cut off; app ${app}`;
  }

  async end(): Promise<void> {
    this.target.close();
    this.metadata?.stop();
    await this.program.end();
    await this.app.end();
  }
}

/** What a task with a clean end says. */
export const CLEAN = "gateway 0 drained, 0 cut off; app 0";

/** The part of ECS's task metadata that tells a task what is meant to become of it. */
class Metadata {
  desiredStatus = "RUNNING";

  private constructor(private readonly server: Server) {
    server.on("request", (_, response) => response.end(JSON.stringify({ DesiredStatus: this.desiredStatus })));
  }

  static start(): Promise<Metadata> {
    const server = createServer();
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(new Metadata(server))));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v4/task`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
