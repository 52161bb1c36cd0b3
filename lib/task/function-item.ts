import { type FunctionEntry, toRegistryItem } from "../calls/function-entry";

/** A function's entry in the registry table, as DynamoDB's typed JSON; its task definition's revision is known only after apply. */
export function functionItem(entry: Omit<FunctionEntry, "revision"> & { readonly revision: string }): string {
  return JSON.stringify({ ...toRegistryItem({ ...entry, revision: 0 }), revision: { N: entry.revision } });
}
