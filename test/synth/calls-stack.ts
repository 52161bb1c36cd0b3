import type { TerraformStack } from "cdktf";
import { type IPlatform, SpawnFunction, type SpawnFunctionProps } from "slipway";
import { ENDPOINT } from "./stacks";

/** The fewest props of a SpawnFunction, less its platform. */
export const FUNCTION = { app: "hello", handler: "app:work", image: ENDPOINT.image };

export function addFunction(
  stack: TerraformStack,
  platform: IPlatform,
  id = "work",
  props: Partial<SpawnFunctionProps> = {},
): SpawnFunction {
  return new SpawnFunction(stack, id, { ...FUNCTION, platform, ...props });
}
