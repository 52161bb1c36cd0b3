import type { FunctionEntry } from "../function-entry";
import { CallsError } from "./calls-error";
import type { OperatorStores } from "./stores";

/** Which function is meant. */
export interface Target {
  readonly app: string;
  readonly name: string;
}

export function targetText({ app, name }: Target): string {
  return `${app}/${name}`;
}

/** The function as it is deployed. */
export async function functionNamed(stores: OperatorStores, target: Target): Promise<FunctionEntry> {
  const registry = stores.registry();
  const entry = await registry.functionEntry(target.app, target.name);
  if (entry) return entry;
  if (await registry.item(target.app, target.name)) {
    throw new CallsError(
      `${targetText(target)} has no calls: it is a web endpoint, or of a later version of Slipway.`,
      "Name a SpawnFunction.",
    );
  }
  const known = (await registry.functions()).map(targetText).sort();
  throw new CallsError(
    `There is no function ${targetText(target)} in the registry.`,
    known.length > 0
      ? `There are: ${known.join(", ")}`
      : "It has none: deploy a SpawnFunction, or name another with --registry.",
  );
}
