import { type CallRecord, sha256 } from "../../../../calls";
import { type AttemptKey, isArguments, MOST_INLINE_BYTES } from "./executor";
import { persist } from "./persist";
import type { WorkerContext } from "./worker-context";

/** Transient trouble is over by then, or somebody else has more luck. */
const TRY_MS = 30_000;

/** However large they are. */
const LARGE_TRY_MS = 15 * 60_000;

/** The arguments are not what a spawn wrote: no attempt will ever find them otherwise. */
export class InvalidInput extends Error {}

export type Input = { readonly text: string } | { readonly file: string };

/** An attempt's arguments, as its executor is to get them. */
export async function fetchInput(
  { id, input }: CallRecord,
  key: AttemptKey,
  { payloads, files }: Pick<WorkerContext, "payloads" | "files">,
  isWanted: () => boolean,
): Promise<Input> {
  const start = performance.now();
  const isOfUse = () => isWanted() && performance.now() - start < TRY_MS;
  if (input.in === "s3" && input.bytes > MOST_INLINE_BYTES) {
    const written = await persist(
      async (signal) => files.writeInput(key, await payloads.stream(id, "in", signal), signal),
      isOfUse,
      LARGE_TRY_MS,
    );
    if (written.sha256 !== input.sha256) throw new InvalidInput("the arguments are not those that were sent");
    return { file: written.path };
  }
  const text = await persist((signal) => payloads.text(id, "in", input, signal), isOfUse);
  if (input.in === "s3" && sha256(text) !== input.sha256) {
    throw new InvalidInput("the arguments are not those that were sent");
  }
  if (!isArguments(text)) throw new InvalidInput("the arguments are not of the form of arguments");
  return { text };
}
