import { failureOf } from "../local/events";
import { styleFor } from "./style";

/** What failed, after what the failing process said, with the fix; and the stack for who asks for it. */
export function errorText(error: unknown, verbose: boolean): string {
  const style = styleFor(process.stderr);
  const { message, output, fix } = failureOf(error);
  const stack = verbose && error instanceof Error ? error.stack : undefined;
  return [output, style("red", `error: ${message}`), fix, stack && style("dim", stack)].filter(Boolean).join("\n");
}
