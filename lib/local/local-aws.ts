import { LocalCalls } from "./local-calls";
import { LocalDynamodb } from "./local-dynamodb";
import { LocalTokens } from "./local-tokens";

/** What gateways ask in AWS's place on this machine. Nothing of it runs until one needs it, and all of it is gone with the session. */
export class LocalAws {
  private readonly dynamodb = new LocalDynamodb();
  readonly tokens = new LocalTokens(this.dynamodb);
  readonly calls = new LocalCalls(this.dynamodb);

  async close(): Promise<void> {
    await Promise.all([this.dynamodb.close(), this.calls.close()]);
  }
}
