import type { Journal } from "../journal";
import type { Faults } from "./faults";
import { type Answer, type Ask, type Forward, json, type Service, withBody } from "./service";

interface Message {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
}

/** No message of a call that is cut off gets through for so long: whoever spawns it gives up before, after 10 s. */
const CUT_OFF_MS = 11_000;

/** Messages of late that may be received again. */
const REMEMBERED = 100;

export interface Queues {
  /** The engine's own URL of a queue, by its name. */
  urlOf(name: string): string;
  /** The state of a call's record just now, from the table itself; undefined where there is none. */
  stateOf(call: string): Promise<string | undefined>;
}

/** Queues that deliver at least once, and seldom only once. */
export class SqsService implements Service {
  readonly name = "sqs";
  private readonly recent: Message[] = [];
  private readonly received = new Map<string, { message: string; call: string }>();
  /** The messages that each call has. */
  private readonly live = new Map<string, Set<string>>();
  /** Until when a call's messages do not get through, of all calls that had one to send; on the clock of `performance.now()`. */
  private readonly cutOff = new Map<string, number>();
  private refusals = 0;

  constructor(
    private readonly journal: Journal,
    private readonly faults: Faults,
    private readonly queues: Queues,
  ) {}

  operation({ headers }: Ask): string {
    return String(headers["x-amz-target"]).split(".").at(-1)!;
  }

  failure(kind: "error" | "throttle", count: number): Answer {
    const type = (name: string) => ({ __type: `com.amazonaws.sqs#${name}`, message: "injected" });
    if (kind === "throttle") {
      return json(count % 2 === 0 ? 400 : 403, type(count % 2 === 0 ? "RequestThrottled" : "ThrottlingException"), {
        "x-amzn-query-error": "RequestThrottled;Sender",
      });
    }
    return json(count % 2 === 0 ? 500 : 503, type(count % 2 === 0 ? "InternalFailure" : "ServiceUnavailable"));
  }

  async carryOut(operation: string, ask: Ask, forward: Forward): Promise<Answer> {
    const body = JSON.parse(ask.body.toString());
    const name = String(body.QueueUrl).split("/").at(-1)!;
    const asked = withBody(ask, { ...body, QueueUrl: this.queues.urlOf(name) });
    if (operation === "SendMessage") return this.sendMessage(name, body, asked, forward);
    if (operation === "ReceiveMessage") return this.receive(body.MaxNumberOfMessages ?? 1, asked, forward);
    if (operation === "DeleteMessage") return this.delete(name, body.ReceiptHandle, asked, forward);
    return forward(asked);
  }

  private async sendMessage(
    name: string,
    body: { MessageBody: string; DelaySeconds?: number },
    ask: Ask,
    forward: Forward,
  ): Promise<Answer> {
    const call = callOf(body.MessageBody);
    if (isCalls(name) && this.isCutOff(call)) return this.failure("error", this.refusals++);
    const wanted = { ...JSON.parse(ask.body.toString()) };
    if (this.faults.happens("delayed")) wanted.DelaySeconds = (body.DelaySeconds ?? 0) + 2;
    const times = this.faults.happens("sent-twice") ? 2 : 1;
    let answer: Answer | undefined;
    for (let i = 0; i < times; i++) {
      answer = await forward(withBody(ask, wanted));
      if (answer.status !== 200) continue;
      const message = JSON.parse(answer.body.toString()).MessageId;
      if (isCalls(name)) this.messagesOf(call).add(message);
      this.journal.write({ e: "sent", queue: isCalls(name) ? "calls" : "dead", call, message });
    }
    return answer!;
  }

  private isCutOff(call: string): boolean {
    const until = this.cutOff.get(call) ?? (this.faults.happens("cut-off") ? performance.now() + CUT_OFF_MS : 0);
    this.cutOff.set(call, until);
    return this.faults.isOn && performance.now() < until;
  }

  private async receive(most: number, ask: Ask, forward: Forward): Promise<Answer> {
    const answer = await forward(ask);
    if (answer.status !== 200) return answer;
    const { Messages = [], ...rest } = JSON.parse(answer.body.toString()) as { Messages?: Message[] };
    const all = [...Messages];
    for (const message of Messages) {
      this.received.set(message.ReceiptHandle, { message: message.MessageId, call: callOf(message.Body) });
      const again = this.faults.happens("received-again") ? this.recent[this.again(this.recent.length)] : undefined;
      if (again !== undefined && all.every(({ MessageId }) => MessageId !== again.MessageId)) {
        // No answer has more than was asked for: what gives way comes back by its visibility.
        if (all.length >= most) all.pop();
        all.push(again);
      }
      this.recent.push(message);
      if (this.recent.length > REMEMBERED) this.recent.shift();
    }
    return withBody(answer, { ...rest, ...(all.length > 0 && { Messages: all }) });
  }

  private again(count: number): number {
    return Math.floor(this.faults.between("sqs ReceiveMessage", 0, count));
  }

  private async delete(name: string, receipt: string, ask: Ask, forward: Forward): Promise<Answer> {
    const known = this.received.get(receipt);
    const answer = await forward(ask);
    if (answer.status !== 200 || known === undefined || !isCalls(name)) return answer;
    const { call, message } = known;
    const messages = this.messagesOf(call);
    messages.delete(message);
    const others = messages.size;
    const state = others === 0 ? await this.queues.stateOf(call) : undefined;
    this.journal.write({ e: "deleted", queue: "calls", call, message, state: state ?? "", others });
    return answer;
  }

  private messagesOf(call: string): Set<string> {
    let messages = this.live.get(call);
    if (messages === undefined) {
      messages = new Set();
      this.live.set(call, messages);
    }
    return messages;
  }
}

function isCalls(name: string): boolean {
  return !name.endsWith("-dlq");
}

/** The call that a message is about. */
export function callOf(body: string): string {
  return /fc-[0-9a-f]{40}/.exec(body)?.[0] ?? "";
}
