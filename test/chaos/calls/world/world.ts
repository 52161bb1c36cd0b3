import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Random } from "../../random";
import type { Journal } from "../journal";
import { DynamodbService } from "../proxy/dynamodb";
import { FaultProxy } from "../proxy/fault-proxy";
import type { Faults } from "../proxy/faults";
import { S3Service } from "../proxy/s3";
import { SqsService } from "../proxy/sqs";
import { RULES, type Settings } from "../settings";
import { APP, type Endpoints, LATE, queueUrl, tagOf, WORK } from "./configs";
import { Engines } from "./engines";
import type { Programs } from "./programs";
import { Caller, Control, type Place, Worker } from "./roles";

/** Hosts' clocks are off by up to so much, either way. */
const MOST_SKEW_MS = 300_000;

const CONTROLS = 2;

export interface WorldOptions {
  readonly settings: Settings;
  readonly programs: Programs;
  readonly faults: Faults;
  readonly journal: Journal;
  /** Of what is written down. */
  readonly journals: string;
  readonly folder: string;
  onTrouble(line: string): void;
}

/** All that runs: engines, what stands before them, and the program in its roles. */
export class World {
  readonly callers: Caller[] = [];
  readonly controls: Control[] = [];
  workers: Worker[] = [];
  replacements = 0;
  private readonly proxies: FaultProxy[] = [];
  private readonly app: Server;
  private place: Place | undefined;
  private workersSoFar = 0;

  private constructor(
    readonly engines: Engines,
    private readonly options: WorldOptions,
  ) {
    this.app = createServer((_request, response) => response.end("a caller's app")).listen(0, "127.0.0.1");
  }

  static async start(options: WorldOptions): Promise<World> {
    const engines = await Engines.start();
    const world = new World(engines, options);
    await engines.createStores();
    await world.begin();
    return world;
  }

  /** As in a rolling deployment: first the new ones, then the old ones are told to go. */
  async replaceWorkers(): Promise<void> {
    const old = this.workers;
    const next = old.map(() => this.newWorker());
    await Promise.allSettled(next.map((worker) => worker.start()));
    this.workers = next;
    await Promise.all(old.map((worker) => worker.retire()));
    this.replacements++;
  }

  stop(): void {
    for (const role of [...this.callers, ...this.workers, ...this.controls]) role.remove();
    for (const proxy of this.proxies) proxy.stop();
    this.app.close();
  }

  private async begin(): Promise<void> {
    const { settings, programs, journals, folder, onTrouble } = this.options;
    const endpoints = await this.startProxies();
    await this.createFunctions(endpoints);
    const random = new Random(settings.seed ^ 0x5eed);
    this.place = {
      programs,
      endpoints,
      folder,
      journals,
      appPort: (this.app.address() as AddressInfo).port,
      nextSkewMs: () => random.integer(-MOST_SKEW_MS, MOST_SKEW_MS),
      onTrouble,
    };
    for (let i = 0; i < CONTROLS; i++) this.controls.push(new Control(`control-${i}`, this.place));
    for (let i = 0; i < settings.callers; i++) this.callers.push(new Caller(`caller-${i}`, this.place));
    for (let i = 0; i < settings.workers; i++) this.workers.push(this.newWorker());
    await Promise.all([...this.controls, ...this.callers, ...this.workers].map((role) => role.start()));
  }

  private async startProxies(): Promise<Endpoints> {
    const { faults, journal } = this.options;
    const { dynamodbPort, sqsPort } = this.engines;
    const dynamodb = new FaultProxy(new DynamodbService(journal), dynamodbPort, faults);
    const sqs = new FaultProxy(new SqsService(journal, faults, this.engines), sqsPort, faults);
    const s3 = new FaultProxy(new S3Service(), sqsPort, faults);
    this.proxies.push(dynamodb, sqs, s3);
    await Promise.all(this.proxies.map((proxy) => proxy.start()));
    return { dynamodb: dynamodb.url, sqs: sqs.url, s3: s3.url };
  }

  private async createFunctions(endpoints: Endpoints): Promise<void> {
    for (const name of [WORK, LATE]) {
      await this.engines.createQueue(name);
      await this.engines.createQueue(`${name}-dlq`);
      const { queueMs, deadlineMs } = name === LATE ? RULES.late : RULES;
      await this.engines.register({
        app: APP,
        name,
        tag: tagOf(name),
        queueUrl: queueUrl(endpoints, name),
        dlqUrl: queueUrl(endpoints, `${name}-dlq`),
        service: name,
        revision: 1,
        queueMs,
        deadlineMs,
        visibilityMs: RULES.visibilityMs,
        maxPayloadBytes: RULES.maxPayloadBytes,
      });
    }
  }

  private newWorker(): Worker {
    return new Worker(`worker-${this.workersSoFar++}`, this.place!);
  }
}
