import { join, relative } from "node:path";
import { Environments } from "../../../lib/local/environments";
import type { PythonEnvironment } from "../../../lib/local/python-environment";
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

/** What `slipway dev` makes for the example, made once. */
export function pythonFor({ kinds }: Example, { cache, folder, onProgress = () => {} }: PythonPlaces): PythonOf {
  const kindsOf = (source: string) => kinds[relative(folder, source)]!;
  const { signal } = new AbortController();
  const environments = new Environments({ folder: cache, kindsOf, onProgress, signal });
  return (source) => environments.get(join(folder, source));
}
