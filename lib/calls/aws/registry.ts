import { type DynamoDBClient, GetItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import type { Attributes } from "../attributes";
import { type FunctionEntry, readFunctionEntry, registryKey } from "../function-entry";
import type { Deadline } from "./call-table";

/** The registry, in which functions and endpoints are found by (app, name). */
export class Registry {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** Whatever has the name. */
  async item(app: string, name: string, signal?: Deadline): Promise<Attributes | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: registryKey(app, name) }),
      { abortSignal: signal },
    );
    return Item as Attributes | undefined;
  }

  async functionEntry(app: string, name: string, signal?: Deadline): Promise<FunctionEntry | undefined> {
    const item = await this.item(app, name, signal);
    return item && readFunctionEntry(item);
  }

  /** Every function that can be called. */
  async functions(): Promise<FunctionEntry[]> {
    const found: FunctionEntry[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.client }, { TableName: this.table })) {
      for (const item of Items) {
        const entry = readFunctionEntry(item as Attributes);
        if (entry) found.push(entry);
      }
    }
    return found;
  }
}
