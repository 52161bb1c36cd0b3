import type { Attack } from "./attack";
import { CHUNKING } from "./chunking";
import { FIRST_LINES } from "./first-lines";
import { FRAMING } from "./framing";
import { HEADERS } from "./headers";
import { PATHS } from "./paths";
import { UPGRADES } from "./upgrades";

export { ANSWERS, type EvilAnswer } from "./answers";
export type { Attack, Forwarded, Must, Place, Then } from "./attack";
export { textFor } from "./attack";
export { FRAMES, type FrameCase } from "./frames";

/** The classes of requests. */
export const ATTACKS: Readonly<Record<"framing" | "headers" | "chunking" | "paths" | "upgrades", readonly Attack[]>> = {
  framing: [...FRAMING, ...FIRST_LINES],
  headers: HEADERS,
  chunking: CHUNKING,
  paths: PATHS,
  upgrades: UPGRADES,
};
