import { AuthTable } from "../../runtime/gateway/auth-table";
import type { Random } from "../random";

/** How many callers there are, each with a token. */
export const TOKENS = 20;

/** Tokens in a real table, and a search for their secrets in what a gateway lets out. */
export class Tokens {
  found = 0;
  searched = 0;

  private constructor(
    private readonly table: AuthTable,
    private readonly pairs: readonly { readonly keyId: string; readonly secret: string }[],
  ) {}

  static async start(): Promise<Tokens> {
    const table = await AuthTable.start();
    const pairs = [];
    for (let i = 0; i < TOKENS; i++) pairs.push((await table.store.create({ scopes: ["*/*/*"] })).pair);
    return new Tokens(table, pairs);
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
    const { keyId, secret } = random.pick(this.pairs);
    return random.chance(0.5)
      ? [`Authorization: Bearer ${keyId}.${secret}`]
      : [`Slipway-Key: ${keyId}`, `Slipway-Secret: ${secret}`];
  }

  readonly search = (text: string): void => {
    this.searched += text.length;
    for (const { secret } of this.pairs) if (text.includes(secret)) this.found++;
  };
}
