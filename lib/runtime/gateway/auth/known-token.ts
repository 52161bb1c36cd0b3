import { timingSafeEqual } from "node:crypto";
import type { TokenItem } from "../../../tokens/item";
import { stateOf } from "../../../tokens/item";
import { covers, type EndpointName } from "../../../tokens/scope";
import { Rate } from "./rate";

/** A token as the table had it when it was last read, made ready for being checked at every request. */
export class KnownToken {
  /** When the read began that this is known from. */
  readAt = 0;
  /** When it was last moved to the recent end of its cache. */
  touchedAt = 0;
  private digest!: Buffer;
  private previousDigest: Buffer | undefined;
  /** Whether one of its scopes names the endpoint itself. */
  isInScope = false;
  private item!: TokenItem;
  private rate: Rate | undefined;

  constructor(private readonly endpoint: EndpointName) {}

  get keyId(): string {
    return this.item.keyId;
  }

  get scopes(): readonly string[] {
    return this.item.scopes;
  }

  /** Takes over what was read. How much of its rate the token has used stays. */
  update(item: TokenItem, readAt: number): void {
    this.item = item;
    this.readAt = readAt;
    this.digest = Buffer.from(item.sha256, "hex");
    this.previousDigest = item.previousSha256 === undefined ? undefined : Buffer.from(item.previousSha256, "hex");
    this.isInScope = item.scopes.some((scope) => covers(scope, this.endpoint));
    if (item.rateLimit !== this.rate?.perSecond)
      this.rate = item.rateLimit === undefined ? undefined : new Rate(item.rateLimit);
  }

  /** Whether a secret's digest is the token's: the present one's, or for its grace period the one's before. */
  hasDigest(digest: Buffer, seconds: number): boolean {
    if (timingSafeEqual(digest, this.digest)) return true;
    return this.previousDigest !== undefined && this.isInGrace(seconds) && timingSafeEqual(digest, this.previousDigest);
  }

  /** The keys that may have signed its URLs. */
  publicKeys(seconds: number): string[] {
    const { publicKey, previousPublicKey } = this.item;
    return previousPublicKey !== undefined && this.isInGrace(seconds) ? [publicKey, previousPublicKey] : [publicKey];
  }

  private isInGrace(seconds: number): boolean {
    return seconds < (this.item.previousUntil ?? 0);
  }

  /** Why somebody who has the secret may still not enter anywhere; undefined when they may. */
  objection(seconds: number): "revoked" | "expired" | undefined {
    const state = stateOf(this.item, seconds);
    return state === "active" ? undefined : state;
  }

  /** Counts a request; false when it is one too many. */
  admit(now: number): boolean {
    return this.rate === undefined || this.rate.take(now);
  }
}
