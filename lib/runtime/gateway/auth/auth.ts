import type { GatewayConfig } from "../../../task/gateway-config";
import { endpointPath } from "../../../tokens/scope";
import { digestOf } from "../../../tokens/secret-pair";
import { LONGEST_URL_TOKEN, opens, type UrlToken } from "../../../tokens/signed-url";
import type { ClientRequest } from "../client-request";
import type { Log } from "../log";
import type { Refusal } from "../refusal";
import { Audit } from "./audit";
import { type Credential, takeCredential } from "./credential";
import type { KnownToken } from "./known-token";
import { type Reason, refusalFor } from "./refusals";
import { TokensTable } from "./table";
import { type Answer, TokenCache, type TokenCacheOptions, type TokenSource } from "./token-cache";
import { UrlProofs } from "./url-proofs";

/** Seconds that the clock of whoever signs a URL may be ahead. */
const CLOCK_SLACK = 300;

/** Undefined where the endpoint asks for no tokens. */
export function createAuth(config: GatewayConfig, log: Log): Auth | undefined {
  const { web, tokens, endpoints, environment, app, region } = config;
  if (!web.auth) return undefined;
  const source = new TokensTable({ table: tokens!.table, region, endpoint: endpoints?.dynamodb ?? undefined });
  return new Auth(source, { ...web.auth, endpoint: { environment, app, function: config.function } }, log);
}

type Presented = Extract<Credential, { kind: "pair" | "url" }>;

/** Lets requests in by their tokens. */
export class Auth {
  private readonly cache: TokenCache;
  private readonly proofs = new UrlProofs();
  private readonly audit: Audit;
  private readonly route: string;

  constructor(source: TokenSource, options: TokenCacheOptions, log: Log) {
    this.cache = new TokenCache(source, options, log);
    this.route = endpointPath(options.endpoint);
    this.audit = new Audit(log, this.route);
    void this.cache.open();
  }

  /**
   * Takes the credentials off a request, and says why it is refused; undefined when the app may have it. A promise only
   * when the table must be asked.
   */
  check(request: ClientRequest): Refusal | undefined | Promise<Refusal | undefined> {
    const credential = takeCredential(request);
    if (credential.kind === "none") return this.refused("missing");
    const { keyId } = credential;
    if (credential.kind === "malformed") return this.refused("malformed", keyId);
    const tooOld = credential.kind === "url" ? termProblem(credential.token) : undefined;
    if (tooOld !== undefined) return this.refused(tooOld, keyId);

    const now = performance.now();
    const known = this.cache.fresh(keyId!, now);
    if (known !== undefined) {
      const reason = this.objection(credential, known, now);
      if (reason === undefined) return undefined;
      if (!isDoubt(reason)) return this.refused(reason, keyId);
    } else if (this.cache.refused.has(keyId!, now)) {
      return this.refused("unknown", keyId);
    }
    return this.ask(credential, known, now);
  }

  /** Nothing is known yet, or what is known does not fit what was presented: that may be newer, after a rotation. */
  private async ask(credential: Presented, known: KnownToken | undefined, now: number): Promise<Refusal | undefined> {
    const { keyId } = credential;
    const answer = known ?? (await this.cache.find(keyId, now));
    let reason = this.verdict(credential, answer, now);
    if (isDoubt(reason)) {
      const print = fingerprint(credential);
      if (!this.cache.refused.has(print, now)) {
        reason = this.verdict(credential, await this.cache.findAnew(keyId, now), now);
        if (isDoubt(reason)) this.cache.refused.add(print, performance.now());
      }
    }
    return reason === undefined ? undefined : this.refused(reason, keyId);
  }

  private verdict(credential: Presented, answer: Answer, now: number): Reason | undefined {
    if (answer === "unavailable") return answer;
    return answer === "absent" ? "unknown" : this.objection(credential, answer, now);
  }

  /** Whoever does not prove to have the secret hears nothing about the token. */
  private objection(credential: Presented, token: KnownToken, now: number): Reason | undefined {
    const seconds = Date.now() / 1000;
    if (credential.kind === "pair") {
      if (!token.hasDigest(digestOf(credential.secret), seconds)) return "wrong_secret";
    } else if (!this.proofs.isSigned(credential.text, credential.token, token.publicKeys(seconds))) {
      return "wrong_signature";
    } else if (!opens(credential.token, credential)) {
      return "url_out_of_scope";
    }
    return token.objection(seconds) ?? (token.admit(now) ? undefined : "rate_limited");
  }

  private refused(reason: Reason, keyId?: string): Refusal {
    this.audit.refused(reason, keyId);
    return refusalFor(reason, this.route);
  }
}

/** Why a signed URL needs no look at its signature. */
function termProblem({ expiresAt }: UrlToken): "url_expired" | "url_valid_too_long" | undefined {
  const left = expiresAt - Date.now() / 1000;
  if (left <= 0) return "url_expired";
  return left > LONGEST_URL_TOKEN + CLOCK_SLACK ? "url_valid_too_long" : undefined;
}

/** Whether another look at the table could change it. */
function isDoubt(reason: Reason | undefined): boolean {
  return reason === "wrong_secret" || reason === "wrong_signature";
}

/** Of what was presented for a key, without holding it. */
function fingerprint(credential: Presented): string {
  const digest = digestOf(credential.kind === "pair" ? credential.secret : credential.text);
  return `${credential.keyId} ${digest.toString("base64")}`;
}
