import type { GatewayConfig } from "../../../task/gateway-config";
import { endpointPath } from "../../../tokens/scope";
import { digestOf } from "../../../tokens/secret-pair";
import { LONGEST_URL_TOKEN, opens, type UrlToken } from "../../../tokens/signed-url";
import type { ClientRequest } from "../client-request";
import type { Log } from "../log";
import type { Refusal } from "../refusal";
import { Audit } from "./audit";
import { type Credential, takeCredential } from "./credential";
import { KnownToken } from "./known-token";
import { type Reason, refusalFor } from "./refusals";
import { TokensTable } from "./table";
import { type Answer, TokenCache, type TokenCacheOptions, type TokenSource } from "./token-cache";
import { UrlProofs } from "./url-proofs";

/** Seconds that the clock of whoever signs a URL may be ahead. */
const CLOCK_SLACK = 300;

/** Undefined where neither the app nor the calls API asks for tokens. */
export function createAuth(config: GatewayConfig, log: Log): Auth | undefined {
  const { web, tokens, endpoints, environment, app, region, calls } = config;
  if (!tokens || !(web.auth || calls?.public)) return undefined;
  const source = new TokensTable({ table: tokens.table, region, endpoint: endpoints?.dynamodb ?? undefined });
  const cacheMs = web.auth?.cacheMs ?? tokens.cacheMs!;
  return new Auth(source, { cacheMs, endpoint: { environment, app, function: config.function } }, log);
}

/**
 * What a token opens. The app: for tokens, and URLs that they signed, whose scopes name the endpoint. The calls API: for any token
 * at first, since what counts there are the scopes of the function that is called; and for no URL, which is a link for browsers.
 */
type Door = "app" | "calls";

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
    const entered = this.enter(request, "app");
    return entered instanceof Promise ? entered.then(objectionIn) : objectionIn(entered);
  }

  /** Takes the credentials off a request to the calls API: whose they are, or why it is refused. */
  identify(request: ClientRequest): KnownToken | Refusal | Promise<KnownToken | Refusal> {
    return this.enter(request, "calls");
  }

  /** Somebody who was let in was refused for want of a scope: `target` is what it would have to cover. */
  outOfScope({ keyId }: KnownToken, target: string): void {
    this.audit.refused("out_of_scope", keyId, target);
  }

  private enter(request: ClientRequest, door: Door): KnownToken | Refusal | Promise<KnownToken | Refusal> {
    const credential = takeCredential(request);
    if (credential.kind === "none") return this.refused("missing");
    const { keyId } = credential;
    if (credential.kind === "malformed") return this.refused("malformed", keyId);
    if (credential.kind === "url" && door === "calls") return this.refused("url_not_taken", keyId);
    const tooOld = credential.kind === "url" ? termProblem(credential.token) : undefined;
    if (tooOld !== undefined) return this.refused(tooOld, keyId);

    const now = performance.now();
    const known = this.cache.fresh(keyId!, now);
    if (known !== undefined) {
      const reason = this.objection(credential, known, door, now);
      if (reason === undefined) return known;
      if (!isDoubt(reason)) return this.refused(reason, keyId);
    } else if (this.cache.refused.has(keyId!, now)) {
      return this.refused("unknown", keyId);
    }
    return this.ask(credential, known, door, now);
  }

  /** Nothing is known yet, or what is known does not fit what was presented: that may be newer, after a rotation. */
  private async ask(
    credential: Presented,
    known: KnownToken | undefined,
    door: Door,
    now: number,
  ): Promise<KnownToken | Refusal> {
    const { keyId } = credential;
    const answer = known ?? (await this.cache.find(keyId, now));
    let verdict = this.verdict(credential, answer, door, now);
    if (isDoubt(verdict)) {
      const print = fingerprint(credential);
      if (!this.cache.refused.has(print, now)) {
        verdict = this.verdict(credential, await this.cache.findAnew(keyId, now), door, now);
        if (isDoubt(verdict)) this.cache.refused.add(print, performance.now());
      }
    }
    return typeof verdict === "string" ? this.refused(verdict, keyId) : verdict;
  }

  private verdict(credential: Presented, answer: Answer, door: Door, now: number): KnownToken | Reason {
    if (answer === "unavailable") return answer;
    return answer === "absent" ? "unknown" : (this.objection(credential, answer, door, now) ?? answer);
  }

  /** Whoever does not prove to have the secret hears nothing about the token. */
  private objection(credential: Presented, token: KnownToken, door: Door, now: number): Reason | undefined {
    const seconds = Date.now() / 1000;
    if (credential.kind === "pair") {
      if (!token.hasDigest(digestOf(credential.secret), seconds)) return "wrong_secret";
    } else if (!this.proofs.isSigned(credential.text, credential.token, token.publicKeys(seconds))) {
      return "wrong_signature";
    } else if (!opens(credential.token, credential)) {
      return "url_out_of_scope";
    }
    const objection = token.objection(seconds);
    if (objection !== undefined) return objection;
    if (door === "app" && !token.isInScope) return "out_of_scope";
    return token.admit(now) ? undefined : "rate_limited";
  }

  private refused(reason: Reason, keyId?: string): Refusal {
    this.audit.refused(reason, keyId);
    return refusalFor(reason, this.route);
  }
}

function objectionIn(entered: KnownToken | Refusal): Refusal | undefined {
  return entered instanceof KnownToken ? undefined : entered;
}

/** Why a signed URL needs no look at its signature. */
function termProblem({ expiresAt }: UrlToken): "url_expired" | "url_valid_too_long" | undefined {
  const left = expiresAt - Date.now() / 1000;
  if (left <= 0) return "url_expired";
  return left > LONGEST_URL_TOKEN + CLOCK_SLACK ? "url_valid_too_long" : undefined;
}

/** Whether another look at the table could change it. */
function isDoubt(reason: KnownToken | Reason): boolean {
  return reason === "wrong_secret" || reason === "wrong_signature";
}

/** Of what was presented for a key, without holding it. */
function fingerprint(credential: Presented): string {
  const digest = digestOf(credential.kind === "pair" ? credential.secret : credential.text);
  return `${credential.keyId} ${digest.toString("base64")}`;
}
