import type { IncomingMessage, ServerResponse } from "node:http";
import { type AccessRecord, CLIENT_LEFT } from "./access-log";
import { withoutQueryToken } from "./auth/query-token";
import { bytesSince } from "./bytes";
import { type Failure, hasBody, isChunked } from "./call";
import type { Slot, Waiter } from "./gate";
import { type ClientFacts, isEventStream, requestHeaders, responseHeaders } from "./headers";
import { routeTarget } from "./path";
import { prefixAnswer } from "./prefix";
import { type Forwarding, forward, type Relay } from "./proxy";
import { type Refusal, type RefusalCode, redirect, refuse } from "./refusal";
import {
  BAD_GATEWAY,
  bodyTimeout,
  bodyTooLarge,
  firstByteTimeout,
  idleTimeout,
  NOT_FOUND,
  NOT_READY,
  queueFull,
  queueTimeout,
  totalTimeout,
} from "./refusals";
import type { Service } from "./service";
import { soundness } from "./soundness";
import { traceIdOf } from "./trace";
import { forwardUpgrade } from "./tunnel";
import { noticeLeaving, type Upgrade } from "./upgrade";
import type { Upstream } from "./upstream";

/**
 * A request waits for its token to be looked up, for a place, for its answer to begin, for the rest of it; a tunnel has no
 * end but the last.
 */
type Stage = "authorizing" | "queued" | "at-app" | "answering" | "tunnel";

/** A request that has it gets a Server-Timing header with its answer. */
const TIMING_HEADER = "x-slipway-timing";

/** An idle client is looked at this often within `idleMs`, so it is noticed at most a quarter later than that. */
const LOOKS = 4;

/**
 * An app learns that its client has left when it next looks at that connection, which may be after it has taken the next
 * request: so the place is given away a moment later.
 */
const NOTICE_MS = 50;

/** One request, from its arrival to the end of its connection's interest in it. */
export class Exchange implements Forwarding, Waiter, ClientFacts {
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
  private stage: Stage = "queued";
  private stageDeadline = 0;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  /** Bytes that have passed on the client's connection when the timer last looked, and how often it saw no more. */
  private passed = -1;
  private unchanged = 0;
  private slot: Slot | undefined;
  private relay: Relay | undefined;

  constructor(
    private readonly service: Service,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly upgrade?: Upgrade,
  ) {}

  get upstream(): Upstream {
    return this.service.upstream;
  }

  get peer(): string {
    return this.request.socket.remoteAddress ?? "";
  }

  get port(): number {
    return this.request.socket.localPort ?? this.service.config.listen.port;
  }

  /** A WebSocket is in flight until it is closed, and draining lets it be until the deadline. */
  serve(): void {
    this.service.drain.enter(this.response);
    this.response.on("close", this.onClose);
    const objection = this.objection();
    if (objection === undefined) this.authorize();
    else if ("location" in objection) this.redirect(objection.location);
    else this.refuse(objection);
  }

  private redirect(location: string): void {
    this.answered = true;
    redirect(this.response, location);
  }

  /** Why the app does not get to see the request; undefined when it does. */
  private objection(): Refusal | { readonly location: string } | undefined {
    const { request, upgrade } = this;
    const { config, readiness } = this.service;
    const { stripPrefix, keepPrefix = false, maxBodyBytes } = config.web;

    const unsound = soundness(request, upgrade);
    if (unsound !== undefined) return unsound;

    const route = routeTarget(request.url ?? "/", stripPrefix, keepPrefix);
    if (route.kind === "redirect") return route;
    if (route.kind === "not-found") return NOT_FOUND;

    if (readiness.state !== "READY") return NOT_READY[readiness.state];
    if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) return bodyTooLarge(maxBodyBytes);

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
    if (objection instanceof Promise) void this.awaitAuthorization(objection);
    else this.enterUnless(objection);
  }

  private async awaitAuthorization(objection: Promise<Refusal | undefined>): Promise<void> {
    this.stage = "authorizing";
    this.setDeadline(Number.POSITIVE_INFINITY);
    const stopLooking = this.upgrade && noticeLeaving(this.upgrade.socket);
    const refusal = await objection;
    stopLooking?.();
    // The client has left, or has heard that its time is over.
    if (this.response.closed || this.response.headersSent) return;
    this.stage = "queued";
    this.enterUnless(refusal);
  }

  /** The body of a request that is refused here is nobody's. */
  private enterUnless(refusal: Refusal | undefined): void {
    if (refusal === undefined) this.enter();
    else this.refuse(hasBody(this.request) ? { ...refusal, close: true, discardsBody: true } : refusal);
  }

  private enter(): void {
    const { gate, config } = this.service;
    const entered = gate.enter(this);
    if (entered === "full") {
      this.refuse(queueFull(gate.queued, gate.retryAfterSeconds()));
      return;
    }
    if (entered === "queued") this.setDeadline(config.web.timers.queueMs);
    else this.admitted(entered);
  }

  admitted(slot: Slot): void {
    const { request, response, upgrade } = this;
    const { config } = this.service;
    this.slot = slot;
    this.admittedAt = performance.now();
    this.stage = "at-app";
    this.setDeadline(config.web.timers.firstByteMs);
    // The app's time begins when it has the whole request.
    if (!request.complete && hasBody(request)) request.once("end", this.onUploaded);

    this.headers = requestHeaders(request.rawHeaders, this);
    this.relay = upgrade ? forwardUpgrade(upgrade, response, this) : forward(request, response, this);
    if (isChunked(request)) this.limitBody(config.web.maxBodyBytes);
  }

  /** A body that does not say how long it is. */
  private limitBody(limit: number): void {
    let bytes = 0;
    this.request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limit) this.end(bodyTooLarge(limit));
    });
  }

  answerHeaders(list: readonly string[]): string[] {
    this.service.drain.mark(this.response);
    const headers = responseHeaders(list);
    this.isEventStream = isEventStream(headers);
    const { host = "", [TIMING_HEADER]: wantsTiming } = this.request.headers;
    if (wantsTiming !== undefined) headers.push("Server-Timing", this.serverTiming());
    return this.prefix === "" ? headers : prefixAnswer(headers, { prefix: this.prefix, host });
  }

  fail(failure: Failure): void {
    this.refuse(BAD_GATEWAY[failure]);
  }

  begun(): void {
    const { statusCode } = this.response;
    this.stage = statusCode === 101 ? "tunnel" : "answering";
    const { drain, metrics } = this.service;
    if (this.stage === "tunnel") {
      metrics.tunnelOpened();
      drain.add(this.relay!, "soon");
    } else if (this.isEventStream) {
      drain.add(this.relay!, "last");
    }
    this.passed = -1;
    if (this.stage === "answering") this.setDeadline(this.service.config.web.timers.idleMs / LOOKS);
    else this.stageDeadline = Number.POSITIVE_INFINITY;
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
    if (this.stage === "at-app") this.setDeadline(this.service.config.web.timers.firstByteMs);
  };

  private readonly onClose = () => {
    const { gate, drain, metrics, accessLog } = this.service;
    clearTimeout(this.timer);
    gate.leave(this);
    if (this.stage === "tunnel") metrics.tunnelClosed();
    if (this.relay !== undefined && (this.stage === "tunnel" || this.isEventStream)) drain.remove(this.relay);
    const record = this.record();
    metrics.count(record);
    accessLog.write(record);
    drain.leave();
  };

  private record(): AccessRecord {
    const { request, response, arrivedAt, admittedAt, code } = this;
    const now = performance.now();
    const hasAnswer = response.headersSent;
    const bytes = bytesSince(request.socket);
    return {
      method: request.method!,
      path: request.url!.split("?", 1)[0]!,
      status: hasAnswer ? response.statusCode : CLIENT_LEFT,
      origin: hasAnswer ? (this.answered ? "gateway" : "app") : "client",
      code,
      queueMs: (admittedAt || now) - arrivedAt,
      appMs: admittedAt === 0 ? 0 : (this.doneAt || now) - admittedAt,
      totalMs: now - arrivedAt,
      bytesIn: bytes.read,
      bytesOut: bytes.written,
      traceId: traceIdOf(request.headers),
    };
  }

  /** @see https://www.w3.org/TR/server-timing/ */
  private serverTiming(): string {
    const queued = this.admittedAt - this.arrivedAt;
    return `queue;dur=${queued.toFixed(2)}, app;dur=${(performance.now() - this.admittedAt).toFixed(2)}`;
  }

  private refuse(refusal: Refusal): void {
    this.code ??= refusal.code;
    this.answered = true;
    this.service.drain.mark(this.response);
    refuse(this.response, refusal);
  }

  /** The timer is armed for whichever deadline is nearest, and not armed anew when a deadline moves away from it. */
  private setDeadline(ms: number): void {
    const now = performance.now();
    this.stageDeadline = now + ms;
    this.arm(now);
  }

  private arm(now: number): void {
    const { totalMs, idleMs } = this.service.config.web.timers;
    // Not after the first look at an idle client, so that an answer that begins needs no other timer.
    const at = Math.min(this.stageDeadline, this.arrivedAt + totalMs, now + idleMs / LOOKS);
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(this.onTimer, Math.max(1, Math.ceil(at - now)));
  }

  private readonly onTimer = () => {
    this.timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const verdict = this.verdict(now);
    if (verdict !== undefined) this.end(verdict);
    else this.arm(now);
  };

  /** Why the request ends now; undefined when it may go on, with its next deadline set. */
  private verdict(now: number): Refusal | undefined {
    const { gate, config } = this.service;
    const { queueMs, firstByteMs, idleMs, totalMs } = config.web.timers;
    if (now >= this.arrivedAt + totalMs) return totalTimeout(totalMs);
    if (now < this.stageDeadline) return undefined;

    if (this.stage === "queued") return queueTimeout(queueMs, gate.retryAfterSeconds());
    // A long upload is not a fault; one that has stopped is, unless it waits for the app to read.
    if (this.stage === "at-app" && !this.isUploading) return firstByteTimeout(firstByteMs);
    if (this.isIdle()) return this.stage === "at-app" ? bodyTimeout(idleMs) : idleTimeout(idleMs);
    this.stageDeadline = now + idleMs / LOOKS;
    return undefined;
  }

  private get isUploading(): boolean {
    const { request } = this;
    return !request.complete && hasBody(request) && request.readableLength === 0;
  }

  /** Whether nothing has passed to or from the client for `idleMs`. */
  private isIdle(): boolean {
    const { bytesRead, bytesWritten, writableLength } = this.request.socket;
    const passed = bytesRead + bytesWritten - writableLength;
    this.unchanged = passed === this.passed ? this.unchanged + 1 : 0;
    this.passed = passed;
    return this.unchanged >= LOOKS;
  }

  /** Ends it before its time: with the refusal if no answer has begun, else by breaking off. */
  private end(refusal: Refusal): void {
    this.service.gate.leave(this);
    this.relay?.cancel();
    if (!this.response.headersSent) {
      this.refuse(refusal);
      return;
    }
    this.code ??= refusal.code;
    this.relay?.cut();
  }
}
