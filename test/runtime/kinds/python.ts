import { join } from "node:path";
import { ensurePythonEnvironment, type PythonEnvironment } from "../../../lib/local/python-environment";
import type { Example } from "./example";

/** The Python of one of an example's folders, named from the example's root. */
export type PythonOf = (source: string) => Promise<PythonEnvironment>;

export interface PythonPlaces {
  /** Where environments are kept. */
  readonly cache: string;
  /** The example, or a copy of it. */
  readonly folder: string;
  readonly onProgress?: (line: string) => void;
}

/** What `slipway dev` makes for the example, made once, with the environment of whoever runs the example. */
export function pythonFor(
  example: Pick<Example, "kinds" | "env">,
  { cache, folder, onProgress = () => {} }: PythonPlaces,
): PythonOf {
  const env = { ...process.env, ...example.env };
  const make = async (source: string): Promise<PythonEnvironment> => {
    const kinds = example.kinds[source]!;
    const made = await ensurePythonEnvironment({ folder: cache, source: join(folder, source), kinds, onProgress, env });
    return { ...made, env: { ...example.env, ...made.env } };
  };
  // One after the other: pip fills the machine by itself.
  let last: Promise<unknown> = Promise.resolve();
  return (source) => {
    const environment = last.then(() => make(source));
    last = environment.catch(() => {});
    return environment;
  };
}
