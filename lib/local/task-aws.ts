import type { CallerConfig, WorkerConfig } from "../task/calls-config";
import type { GatewayConfig } from "../task/gateway-config";
import type { TaskDefinition } from "./task";

/** Servers in AWS's place; AWS itself for what is not named. */
export type Endpoints = NonNullable<GatewayConfig["endpoints"]>;

/** Names of the tables and the bucket in which a platform keeps its calls. */
export type CallStores = Pick<CallerConfig, "table" | "bucket" | "registry">;

export type Queues = Pick<WorkerConfig["worker"], "queueUrl" | "dlqUrl">;

/** Where tasks find AWS, or what stands in its place. */
export interface TaskAws {
  /** Whether there are ECS services, which can be woken. */
  readonly hasServices: boolean;
  /** Variables that all containers of a task have beside their own. */
  environment(definition: TaskDefinition): Readonly<Record<string, string>>;
  /** Where the tokens table of this name is. */
  forTokens(table: string): Promise<Endpoints>;
  /** Where these stores of calls are. */
  forCalls(stores: CallStores): Promise<Endpoints>;
  /** A function's queues, by the names that they have on AWS. */
  queues(deployed: Queues): Promise<Queues>;
}

export interface DeployedAwsOptions {
  /**
   * What ECS adds to the environment of a task's containers: credentials of its role, where AWS is, where the task reads about itself.
   * It wins over the shell's variables.
   */
  environment(definition: TaskDefinition): Readonly<Record<string, string>>;
}

/** What is deployed: tasks find it as they do in ECS, by their environment, and every name in their configuration holds. */
export class DeployedAws implements TaskAws {
  readonly hasServices = true;
  readonly environment: TaskAws["environment"];

  constructor({ environment }: DeployedAwsOptions) {
    this.environment = environment;
  }

  async forTokens(): Promise<Endpoints> {
    return {};
  }

  async forCalls(): Promise<Endpoints> {
    return {};
  }

  async queues(deployed: Queues): Promise<Queues> {
    return deployed;
  }
}
