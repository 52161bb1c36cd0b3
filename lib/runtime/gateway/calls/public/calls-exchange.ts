import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Readable } from "node:stream";
import { type AccessRecord, CLIENT_LEFT } from "../../access-log";
import { KnownToken } from "../../auth/known-token";
import type { ClientRequest } from "../../client-request";
import type { ClientResponse } from "../../client-response";
import type { Leaver } from "../../drain";
import { endAfterBody } from "../../linger";
import { thrown } from "../../log";
import type { CallsTarget } from "../../path";
import { type Refusal, refuse } from "../../refusal";
import { bodyTooLarge, CALLS_BUSY, INTERNAL_ERROR, NO_UPGRADE } from "../../refusals";
import type { Service } from "../../service";
import { settle } from "../../settle";
import { soundness } from "../../soundness";
import { type Timed, Timers } from "../../timers";
import { traceIdOf } from "../../trace";
import type { RequestSpan } from "../../tracing/request-span";
import type { Upgrade } from "../../upgrade";
import { type About, type ApiAnswer, commonHeaders } from "../api/exchange";
import { routeOf } from "../api/routes";
import type { PublicCalls } from "./public-calls";
import { streamOf } from "./request-body";

/** What its routes begin with in the access log, where others may come to stand beside them. */
const ROUTE = "calls/";

/** One request to the calls API on the data port. The app neither sees it nor gives it a place. */
export class CallsExchange implements Timed, Leaver {
  private readonly arrivedAt = performance.now();
  private readonly requestId = randomUUID();
  private readonly route: string;
  private readonly timers: Timers;
  readonly span: RequestSpan | undefined;
  /** The client has gone, or its time is over. */
  private readonly over = new AbortController();
  private readonly leaving = new AbortController();
  private code: string | undefined;
  private token: KnownToken | undefined;
  private about: About | undefined;

  constructor(
    private readonly service: Service,
    private readonly calls: PublicCalls,
    private readonly request: ClientRequest,
    private readonly response: ClientResponse,
    private readonly target: CallsTarget,
    private readonly upgrade?: Upgrade,
  ) {
    this.route = ROUTE + routeOf(request.method, this.path).route;
    this.timers = new Timers(service, request, this.arrivedAt, this);
    this.span = service.tracing?.begin(request);
  }

  private get path(): string {
    return this.target.path.split("?", 1)[0]!;
  }

  serve(): void {
    this.service.drain.enter(this.response);
    this.response.onClose(this.onClose);
    this.run().catch((error) => this.crashed(error));
  }

  private async run(): Promise<void> {
    const objection = this.objection();
    if (objection !== undefined) {
      this.refuse(objection);
      return;
    }
    this.timers.enter("authorizing");
    const entered = this.calls.auth.identify(this.request);
    const token = entered instanceof Promise ? await entered : entered;
    if (this.isAnswered) return;
    if (!(token instanceof KnownToken)) {
      this.refuseWithBody(token);
      return;
    }
    this.token = token;
    const place = this.calls.room.enter(this.request.body);
    if (place === undefined) {
      this.refuseWithBody(CALLS_BUSY);
      return;
    }
    try {
      await this.ask(token);
    } finally {
      place.leave();
    }
  }

  private objection(): Refusal | undefined {
    const { request, upgrade } = this;
    const { maxBodyBytes } = this.service.config.web;
    const problem = soundness(request, upgrade);
    if (problem !== undefined) return problem;
    if (upgrade !== undefined) return NO_UPGRADE;
    return typeof request.body === "number" && request.body > maxBodyBytes ? bodyTooLarge(maxBodyBytes) : undefined;
  }

  private async ask({ scopes }: KnownToken): Promise<void> {
    const { request, response, calls } = this;
    const { maxBodyBytes } = this.service.config.web;
    this.timers.enter("serving");
    this.service.drain.add(this, "soon");
    const body = streamOf(request, () => {
      if (request.expectsContinue) response.inform(100, "Continue");
    });
    this.over.signal.addEventListener("abort", () => body.destroy(new Error("the client has gone")));
    request.limitBody(maxBodyBytes, () => this.end(bodyTooLarge(maxBodyBytes)));
    const answer = await calls.api.handle({
      method: request.method,
      path: this.path,
      query: new URLSearchParams(this.target.path.slice(this.path.length)),
      headers: {
        "idempotency-key": request.header("idempotency-key"),
        "content-length": typeof request.body === "number" ? String(request.body) : undefined,
      },
      body,
      base: this.target.base,
      signal: this.over.signal,
      leaving: this.leaving.signal,
      mostWaitMs: calls.mostWaitMs,
      scopes,
    });
    this.about = answer.about;
    await this.answer(answer);
  }

  private async answer({ status, headers, body, about }: ApiAnswer): Promise<void> {
    const { request, response, token } = this;
    if (about.scope !== undefined) this.calls.auth.outOfScope(token!, about.scope);
    if (this.isAnswered) {
      if (typeof body !== "string") body.destroy();
      return;
    }
    this.code = about.code;
    this.service.drain.mark(response);
    // What is left of a refused body is not where another request could begin.
    if (!request.isComplete) response.keepsAlive = false;
    this.timers.enter("answering");
    const all = { ...headers, ...commonHeaders(this.requestId) };
    response.begin(status, STATUS_CODES[status]!, Object.entries(all).flat());
    if (typeof body === "string") response.write(Buffer.from(body));
    else if (!(await this.stream(body))) return;
    if (request.isComplete) response.end();
    else endAfterBody(response);
  }

  /** At the client's pace. False when it was broken off. */
  private async stream(body: Readable): Promise<boolean> {
    const { response } = this;
    const { signal } = this.over;
    let proceed = () => {};
    signal.addEventListener("abort", () => {
      body.destroy();
      proceed();
    });
    try {
      for await (const chunk of body) {
        if (signal.aborted) return false;
        if (response.write(chunk)) continue;
        await new Promise<void>((resolve) => {
          proceed = resolve;
          response.onDrain = resolve;
        });
      }
      return !signal.aborted;
    } catch {
      // Its length was announced, so that the client notices.
      response.cut(false);
      return false;
    }
  }

  /** To the client, which still asks again: another task answers it then. */
  leave(): void {
    this.leaving.abort();
  }

  /** Ends it before its time. */
  end(refusal: Refusal): void {
    try {
      this.cutShort(refusal);
    } catch (error) {
      this.crashed(error);
    }
  }

  private cutShort(refusal: Refusal): void {
    const { response } = this;
    this.over.abort();
    if (!response.hasBegun) {
      this.refuse(refusal);
      return;
    }
    this.code ??= refusal.code;
    response.cut(true);
  }

  private get isAnswered(): boolean {
    return this.response.isClosed || this.response.hasBegun;
  }

  /** The body of a request that is refused here is nobody's. */
  private refuseWithBody(refusal: Refusal): void {
    this.refuse(this.request.hasBody ? { ...refusal, close: true, discardsBody: true } : refusal);
  }

  private refuse(refusal: Refusal): void {
    this.code ??= refusal.code;
    this.service.drain.mark(this.response);
    refuse(this.response, refusal);
  }

  private crashed(error: unknown): void {
    this.service.log.error("request_crashed", thrown(error));
    try {
      this.cutShort(INTERNAL_ERROR);
    } catch {
      this.request.arrival.destroy();
    }
  }

  private readonly onClose = () => {
    const { drain } = this.service;
    this.timers.clear();
    this.over.abort();
    drain.remove(this);
    drain.leave();
    settle(this.service, this);
    if (this.token !== undefined) this.logCall(this.token);
  };

  record(): AccessRecord {
    const { request, target, arrivedAt, code, route } = this;
    const bytes = request.arrival.takeBytes();
    return {
      method: request.method,
      path: target.base + this.path,
      route,
      status: this.status,
      origin: this.status === CLIENT_LEFT ? "client" : "gateway",
      code,
      queueMs: 0,
      appMs: 0,
      totalMs: performance.now() - arrivedAt,
      bytesIn: bytes.read,
      bytesOut: bytes.written,
      traceId: this.span?.traceId ?? traceIdOf(request),
    };
  }

  /** As of any request to the calls API, once the token is known. */
  private logCall({ keyId }: KnownToken): void {
    const { request, response, requestId, status, arrivedAt, about } = this;
    const { scope: _, ...known } = about ?? { route: this.route.slice(ROUTE.length) };
    const brokenOff = response.hasBegun && !response.isEnded ? { brokenOff: true as const } : {};
    const totalMs = performance.now() - arrivedAt;
    this.calls.log({ requestId, method: request.method, keyId, ...known, status, ...brokenOff, totalMs });
  }

  private get status(): number {
    return this.response.hasBegun ? this.response.status : CLIENT_LEFT;
  }
}
