import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { AuthTable } from "../../runtime/gateway/auth-table";
import type { Random } from "../random";

/**
 * How many callers there are, each with a token, which the gateway looks up once a minute: so many that this work, too, is warm after
 * the warm-up. With few it becomes so within an hour, and what is measured is V8 compiling it.
 */
export const TOKENS = 200;

/** They come one after the other: the stand-in of DynamoDB answers fewer at once than AWS does. */
const NEW_PER_SECOND = 40;

interface Pair {
  readonly keyId: string;
  readonly secret: string;
}

/** Tokens in a real table, and a search for their secrets in what a gateway lets out. */
export class Tokens {
  searched = 0;
  private readonly since = performance.now();

  private constructor(
    private readonly table: AuthTable,
    private readonly pairs: readonly Pair[],
    private readonly grep: ChildProcessByStdio<Writable, Readable, null>,
  ) {}

  static async start(): Promise<Tokens> {
    const table = await AuthTable.start();
    const pairs: Pair[] = [];
    for (let i = 0; i < TOKENS; i++) pairs.push((await table.store.create({ scopes: ["*/*/*"] })).pair);
    const folder = mkdtempSync(join(tmpdir(), "slipway-secrets-"));
    const file = join(folder, "secrets");
    writeFileSync(file, pairs.map(({ secret }) => `${secret}\n`).join(""), { mode: 0o600 });
    const grep = spawn("grep", ["--count", "--text", "--fixed-strings", "--file", file], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    grep.once("exit", () => rmSync(folder, { recursive: true }));
    return new Tokens(table, pairs, grep);
  }

  get config() {
    return this.table.config;
  }

  get reads(): number {
    return this.table.reads.length;
  }

  /** What a task has of its role. */
  get environment(): NodeJS.ProcessEnv {
    return { AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  }

  /** A caller's header lines, in one of the ways of naming a token. */
  any(random: Random): string[] {
    const come = 1 + Math.floor(((performance.now() - this.since) / 1000) * NEW_PER_SECOND);
    const { keyId, secret } = random.pick(this.pairs.slice(0, come));
    return random.chance(0.5)
      ? [`Authorization: Bearer ${keyId}.${secret}`]
      : [`Slipway-Key: ${keyId}`, `Slipway-Secret: ${secret}`];
  }

  readonly search = (line: string): void => {
    this.searched += line.length;
    this.grep.stdin.write(`${line}\n`);
  };

  /** In how many lines of all that was searched there was a secret. */
  async found(): Promise<number> {
    this.grep.stdin.end();
    return Number(await text(this.grep.stdout));
  }
}
