import { type AccessRecord, CLIENT_LEFT } from "./access-log";
import { withoutQueryToken } from "./auth/query-token";
import type { Failure } from "./call";
import type { ClientRequest } from "./client-request";
import type { ClientResponse } from "./client-response";
import type { Slot, Waiter } from "./gate";
import { type ClientFacts, isEventStream, requestHeaders, responseHeaders } from "./headers";
import { thrown } from "./log";
import { routeTarget } from "./path";
import { prefixAnswer } from "./prefix";
import { type Forwarding, forward, type Relay } from "./proxy";
import { type Refusal, type RefusalCode, redirect, refuse } from "./refusal";
import { BAD_GATEWAY, bodyTooLarge, INTERNAL_ERROR, NOT_FOUND, NOT_READY, queueFull } from "./refusals";
import { serverTiming, TIMING_HEADER } from "./server-timing";
import type { Service } from "./service";
import { settle } from "./settle";
import { soundness } from "./soundness";
import { type Timed, Timers } from "./timers";
import { traceIdOf } from "./trace";
import type { RequestSpan } from "./tracing/request-span";
import { forwardUpgrade } from "./tunnel";
import { noticeLeaving, type Upgrade } from "./upgrade";
import type { Upstream } from "./upstream";

/**
 * An app learns that its client has left when it next looks at that connection, which may be after it has taken the next
 * request: so the place is given away a moment later.
 */
const NOTICE_MS = 50;

/** One request, from its arrival to the end of its connection's interest in it. */
export class Exchange implements Forwarding, Waiter, ClientFacts, Timed {
  path = "";
  headers: readonly string[] = [];
  prefix = "";
  ahead: Waiter | undefined;
  behind: Waiter | undefined;

  /** Why the gateway answered or broke off, if it did. */
  private code: RefusalCode | undefined;
  private isEventStream = false;
  /** By the gateway itself. */
  private answered = false;
  private readonly arrivedAt = performance.now();
  private admittedAt = 0;
  private doneAt = 0;
  private readonly timers: Timers;
  readonly span: RequestSpan | undefined;
  private slot: Slot | undefined;
  private relay: Relay | undefined;

  constructor(
    private readonly service: Service,
    private readonly request: ClientRequest,
    private readonly response: ClientResponse,
    private readonly upgrade?: Upgrade,
  ) {
    this.timers = new Timers(service, request, this.arrivedAt, this);
    this.span = service.tracing?.begin(request);
  }

  get upstream(): Upstream {
    return this.service.upstream;
  }

  get peer(): string {
    return this.request.arrival.peer;
  }

  get port(): number {
    return this.request.arrival.port;
  }

  /** A WebSocket is in flight until it is closed, and draining lets it be until the deadline. */
  serve(): void {
    this.service.drain.enter(this.response);
    this.response.onClose(this.onClose);
    try {
      const objection = this.objection();
      if (objection === undefined) this.authorize();
      else if ("code" in objection) this.refuse(objection);
      else {
        this.answered = true;
        redirect(this.response, objection.location);
      }
    } catch (error) {
      this.crashed(error);
    }
  }

  /** Why the app does not get to see the request; undefined when it does. */
  private objection(): Refusal | { readonly location: string } | undefined {
    const { request, upgrade } = this;
    const { config, readiness } = this.service;
    const { stripPrefix, keepPrefix = false, maxBodyBytes } = config.web;

    const unsound = soundness(request, upgrade);
    if (unsound !== undefined) return unsound;

    const route = routeTarget(request.target, stripPrefix, keepPrefix);
    if (route.kind === "redirect") return route;
    if (route.kind === "not-found") return NOT_FOUND;

    if (readiness.state !== "READY") return NOT_READY[readiness.state];
    if (typeof request.body === "number" && request.body > maxBodyBytes) return bodyTooLarge(maxBodyBytes);

    this.path = route.path;
    this.prefix = keepPrefix ? "" : stripPrefix;
    return undefined;
  }

  /** What a look at the tokens in memory decides is decided at once. */
  private authorize(): void {
    const { auth } = this.service;
    if (auth === undefined) {
      this.enter();
      return;
    }
    this.path = withoutQueryToken(this.path);
    const objection = auth.check(this.request);
    if (objection instanceof Promise) this.awaitAuthorization(objection).catch((error) => this.crashed(error));
    else this.enterUnless(objection);
  }

  private async awaitAuthorization(objection: Promise<Refusal | undefined>): Promise<void> {
    this.timers.enter("authorizing");
    const stopLooking = this.upgrade && noticeLeaving(this.upgrade.socket);
    const refusal = await objection;
    stopLooking?.();
    // The client has left, or has heard that its time is over.
    if (this.response.isClosed || this.response.hasBegun) return;
    this.enterUnless(refusal);
  }

  /** The body of a request that is refused here is nobody's. */
  private enterUnless(refusal: Refusal | undefined): void {
    if (refusal === undefined) this.enter();
    else this.refuse(this.request.hasBody ? { ...refusal, close: true, discardsBody: true } : refusal);
  }

  private enter(): void {
    const { gate } = this.service;
    const entered = gate.enter(this);
    if (entered === "full") {
      this.refuse(queueFull(gate.queued, gate.retryAfterSeconds()));
      return;
    }
    if (entered === "queued") this.timers.enter("queued");
    else this.admitted(entered);
  }

  admitted(slot: Slot): void {
    this.slot = slot;
    try {
      this.forward();
    } catch (error) {
      this.crashed(error);
    }
  }

  private forward(): void {
    const { request, response, upgrade } = this;
    const { maxBodyBytes } = this.service.config.web;
    this.admittedAt = performance.now();
    this.timers.enter("at-app");
    // The app's time begins when it has the whole request.
    if (!request.isComplete) request.onTaken = this.onUploaded;

    const headers = requestHeaders(request.headers, this);
    this.headers = this.span === undefined ? headers : this.span.headers(headers);
    this.relay = upgrade ? forwardUpgrade(upgrade, response, this) : forward(request, response, this);
    if (request.isChunked) request.limitBody(maxBodyBytes, () => this.end(bodyTooLarge(maxBodyBytes)));
  }

  answerHeaders(list: readonly string[]): string[] {
    this.service.drain.mark(this.response);
    const headers = responseHeaders(list);
    this.isEventStream = isEventStream(headers);
    const { host = "" } = this.request;
    if (this.request.header(TIMING_HEADER) !== undefined)
      headers.push("Server-Timing", serverTiming(this.arrivedAt, this.admittedAt));
    return this.prefix === "" ? headers : prefixAnswer(headers, { prefix: this.prefix, host });
  }

  fail(failure: Failure): void {
    this.refuse(BAD_GATEWAY[failure]);
  }

  broken(failure: Failure): void {
    this.code ??= BAD_GATEWAY[failure].code;
  }

  begun(): void {
    const { drain, metrics } = this.service;
    if (this.response.status === 101) {
      this.timers.enter("tunnel");
      metrics.tunnelOpened();
      drain.add(this.relay!, "soon");
      return;
    }
    this.timers.enter("answering");
    if (this.isEventStream) drain.add(this.relay!, "last");
  }

  mayHold(bytes: number): boolean {
    return this.service.spill.mayHold(bytes);
  }

  done(): void {
    this.doneAt = performance.now();
    this.slot?.release();
    this.service.spill.keep(this.response);
  }

  cancelled(): void {
    this.doneAt ||= performance.now();
    const { slot } = this;
    this.slot = undefined;
    if (slot !== undefined) setTimeout(() => slot.release(), NOTICE_MS);
  }

  private readonly onUploaded = () => {
    if (this.timers.stage === "at-app") this.timers.enter("at-app");
  };

  private readonly onClose = () => {
    const { gate, drain, metrics } = this.service;
    this.timers.clear();
    gate.leave(this);
    const isTunnel = this.timers.stage === "tunnel";
    if (isTunnel) metrics.tunnelClosed();
    if (this.relay !== undefined && (isTunnel || this.isEventStream)) drain.remove(this.relay);
    drain.leave();
    settle(this.service, this);
  };

  record(): AccessRecord {
    const { request, response, arrivedAt, admittedAt, code } = this;
    const now = performance.now();
    const hasAnswer = response.hasBegun;
    const bytes = request.arrival.takeBytes();
    return {
      method: request.method,
      path: request.target.split("?", 1)[0]!,
      status: hasAnswer ? response.status : CLIENT_LEFT,
      origin: hasAnswer ? (this.answered ? "gateway" : "app") : "client",
      code,
      queueMs: (admittedAt || now) - arrivedAt,
      appMs: admittedAt === 0 ? 0 : (this.doneAt || now) - admittedAt,
      totalMs: now - arrivedAt,
      bytesIn: bytes.read,
      bytesOut: bytes.written,
      traceId: this.span?.traceId ?? traceIdOf(request),
    };
  }

  private refuse(refusal: Refusal): void {
    this.code ??= refusal.code;
    this.answered = true;
    this.service.drain.mark(this.response);
    refuse(this.response, refusal);
  }

  /** An error of the gateway's own costs the request in which it was thrown, and no other. */
  crashed(error: unknown): void {
    this.service.log.error("request_crashed", thrown(error));
    try {
      this.cancelled();
      this.breakOff(INTERNAL_ERROR);
    } catch {
      this.request.arrival.destroy();
    }
  }

  /** Ends it before its time. */
  end(refusal: Refusal): void {
    try {
      this.breakOff(refusal);
    } catch (error) {
      this.crashed(error);
    }
  }

  /** With the refusal if no answer has begun, else with the end of the connection. */
  private breakOff(refusal: Refusal): void {
    this.service.gate.leave(this);
    this.relay?.cancel();
    if (!this.response.hasBegun) {
      this.refuse(refusal);
      return;
    }
    this.code ??= refusal.code;
    if (this.relay === undefined) this.request.arrival.destroy();
    else this.relay.cut(true);
  }
}
