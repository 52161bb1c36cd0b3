import type { ATTACKS } from "../corpus";
import { CHUNKING } from "./chunking";
import type { Difference } from "./difference";
import { FRAMING } from "./framing";
import { HEADERS } from "./headers";
import { PATHS } from "./paths";
import { UPGRADES } from "./upgrades";

export type { Difference } from "./difference";

/** Explained against nginx 1.22 and HAProxy 2.6. */
export const DIFFERENCES: Readonly<Record<keyof typeof ATTACKS, readonly Difference[]>> = {
  framing: FRAMING,
  headers: HEADERS,
  chunking: CHUNKING,
  paths: PATHS,
  upgrades: UPGRADES,
};
