import { type Attributes, readItem } from "../../../tokens/item";
import type { EndpointName } from "../../../tokens/scope";
import type { Log } from "../log";
import { ownText } from "../own-text";
import { KnownToken } from "./known-token";
import { Rate } from "./rate";
import { RefusedOnes } from "./refused-ones";

export interface TokenSource {
  read(keyId: string): Promise<Attributes | undefined>;
}

export interface TokenCacheOptions {
  /** How old an answer of the table may be. */
  readonly cacheMs: number;
  readonly endpoint: EndpointName;
}

/** What the table said, or that it could not be asked. */
export type Answer = KnownToken | "absent" | "unavailable";

const CAPACITY = 10_000;

/** Moving a token to the recent end at every request would cost more than the rest of the look-up. */
const TOUCH_MS = 1000;

/** From this part of its age on an answer is asked for anew, beside the requests: a busy token never waits for the table. */
const REFRESH_AT = 0.75;

/** Reads a second for ids that are not known: a flood of invented ones stays cheap, and cannot crowd out the known ones. */
const UNKNOWN_READS = 100;

/** Reads a second for known ids whose secret does not fit: it may be newer than what is known. */
const DOUBTED_READS = 20;

/** After a read that failed nobody asks for so long. */
const PAUSE_MS = 1000;

interface Reading {
  readonly startedAt: number;
  readonly answer: Promise<Answer>;
}

/** What is known of tokens. An answer of the table holds for `cacheMs`, that there is none for 10 s. */
export class TokenCache {
  private readonly known = new Map<string, KnownToken>();
  private readonly reading = new Map<string, Reading>();
  private readonly unknownReads = new Rate(UNKNOWN_READS);
  private readonly doubtedReads = new Rate(DOUBTED_READS);
  private pausedUntil = 0;
  private isReachable = true;
  readonly refused = new RefusedOnes();

  constructor(
    private readonly source: TokenSource,
    private readonly options: TokenCacheOptions,
    private readonly log: Log,
  ) {}

  /** Makes the connection before the first request needs it, and a table that cannot be read known at once. */
  async open(): Promise<void> {
    await this.ask("wk-").catch(() => undefined);
  }

  /** What is known well enough to be acted on. */
  fresh(keyId: string, now: number): KnownToken | undefined {
    const token = this.known.get(keyId);
    if (token === undefined) return undefined;
    const age = now - token.readAt;
    if (age >= this.options.cacheMs) return undefined;
    if (now - token.touchedAt > TOUCH_MS) this.touch(keyId, token, now);
    if (age >= this.options.cacheMs * REFRESH_AT && now >= this.pausedUntil && !this.reading.has(keyId)) {
      void this.read(keyId, now);
    }
    return token;
  }

  /** Asks the table; whoever asks for the same id meanwhile gets the same answer. */
  async find(keyId: string, now: number): Promise<Answer> {
    const reading = this.reading.get(keyId);
    if (reading !== undefined) return reading.answer;
    if (now < this.pausedUntil) return "unavailable";
    if (!this.known.has(keyId) && !this.unknownReads.take(now)) return "unavailable";
    return this.read(keyId, now);
  }

  /** Asks about a token whose secret did not fit: the answer is from a read that began after `now`, or there is none. */
  async findAnew(keyId: string, now: number): Promise<Answer> {
    // Read just for this request.
    const token = this.known.get(keyId);
    if (token !== undefined && token.readAt >= now) return token;
    if (!this.doubtedReads.take(now)) return "unavailable";
    for (;;) {
      const reading = this.reading.get(keyId);
      if (reading === undefined) break;
      const answer = await reading.answer;
      if (reading.startedAt >= now) return answer;
    }
    return performance.now() < this.pausedUntil ? "unavailable" : this.read(keyId, performance.now());
  }

  private read(keyId: string, startedAt: number): Promise<Answer> {
    const answer = this.ask(keyId).then(
      (attributes) => this.learn(keyId, attributes, startedAt),
      () => "unavailable" as const,
    );
    this.reading.set(keyId, { startedAt, answer });
    void answer.then(() => this.reading.delete(keyId));
    return answer;
  }

  private async ask(keyId: string): Promise<Attributes | undefined> {
    try {
      const attributes = await this.source.read(keyId);
      if (!this.isReachable) this.log.info("auth_table_reachable");
      this.isReachable = true;
      return attributes;
    } catch (error) {
      this.pausedUntil = performance.now() + PAUSE_MS;
      const { name, message } = error as Error;
      if (this.isReachable) this.log.error("auth_table_unreachable", { message: `${name}: ${message}` });
      this.isReachable = false;
      throw error;
    }
  }

  private learn(keyId: string, attributes: Attributes | undefined, startedAt: number): Answer {
    const item = attributes && readItem(attributes);
    if (attributes !== undefined && item === undefined) this.log.error("auth_item_unreadable", { keyId });
    if (item === undefined) {
      this.known.delete(keyId);
      this.refused.add(keyId, performance.now());
      return "absent";
    }
    const token = this.known.get(keyId) ?? new KnownToken(this.options.endpoint);
    token.update(item, startedAt);
    this.touch(keyId, token, performance.now());
    return token;
  }

  private touch(keyId: string, token: KnownToken, now: number): void {
    token.touchedAt = now;
    this.known.delete(keyId);
    this.known.set(ownText(keyId), token);
    if (this.known.size <= CAPACITY) return;
    const [longestUnused] = this.known.keys();
    this.known.delete(longestUnused!);
  }
}
