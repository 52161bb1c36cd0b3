import { LocalCalls } from "./local-calls";
import { LocalDynamodb } from "./local-dynamodb";
import { LocalTokens } from "./local-tokens";
import type { CallStores, Endpoints, Queues, TaskAws } from "./task-aws";

/** What gateways ask in AWS's place on this machine. Nothing of it runs until one needs it, and all of it is gone with the session. */
export class LocalAws implements TaskAws {
  private readonly dynamodb = new LocalDynamodb();
  readonly tokens = new LocalTokens(this.dynamodb);
  readonly calls = new LocalCalls(this.dynamodb);
  readonly hasServices = false;

  environment(): Readonly<Record<string, string>> {
    return {};
  }

  async forTokens(table: string): Promise<Endpoints> {
    return { dynamodb: await this.tokens.serve(table) };
  }

  forCalls(stores: CallStores): Promise<Endpoints> {
    return this.calls.serve(stores);
  }

  queues(deployed: Queues): Promise<Queues> {
    return this.calls.queues(deployed);
  }

  async close(): Promise<void> {
    await Promise.all([this.dynamodb.close(), this.calls.close()]);
  }
}
