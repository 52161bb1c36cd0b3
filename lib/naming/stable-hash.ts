import { createHash } from "node:crypto";

/**
 * The first `hexLength` hex digits of SHA-256 over the parts. The parts are encoded as a JSON array, so where one part
 * ends and the next begins is part of what is hashed: ["a", "bc"] and ["ab", "c"] differ.
 *
 * Physical names and rule priorities come from this: changing the encoding renames what users have deployed.
 */
export function stableHash(parts: readonly string[], hexLength: number): string {
  return sha256Hex(JSON.stringify(parts), hexLength);
}

/** The first `hexLength` hex digits of SHA-256 over one text. */
export function sha256Hex(text: string, hexLength: number): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, hexLength);
}
