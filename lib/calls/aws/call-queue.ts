import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type CallMessage, readMessage, writeMessage } from "../message";
import type { Deadline } from "./call-table";

/** What SQS can wait with a message. */
const MOST_DELAY_S = 900;
/** From a message's first receipt it may be invisible for so long in all. */
export const MOST_VISIBILITY_S = 43_200;
const LONG_POLL_S = 20;
const MOST_MESSAGES = 10;

/** A message as it was received. */
export interface Received {
  readonly id: string;
  /** Undefined: it is no message of ours. */
  readonly message: CallMessage | undefined;
  readonly body: string;
  readonly receipt: string;
  /** When it was sent and when somebody first got it, in milliseconds since 1970 on the clock of AWS. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
}

/** How many messages a queue has, about. */
export interface MessageCounts {
  readonly waiting: number;
  /** Received by somebody, and not deleted. */
  readonly hidden: number;
  readonly delayed: number;
}

/** The queue of a function, or its dead letters. */
export class CallQueue {
  constructor(
    private readonly client: SQSClient,
    readonly url: string,
  ) {}

  async send(message: CallMessage, delayMs = 0, signal?: Deadline): Promise<void> {
    await this.sendBody(writeMessage(message), delayMs, signal);
  }

  async sendBody(body: string, delayMs = 0, signal?: Deadline): Promise<void> {
    const DelaySeconds = Math.min(MOST_DELAY_S, Math.ceil(delayMs / 1000));
    await this.client.send(
      new SendMessageCommand({ QueueUrl: this.url, MessageBody: body, ...(DelaySeconds > 0 && { DelaySeconds }) }),
      { abortSignal: signal },
    );
  }

  /** Waits up to 20 s for up to so many messages, which nobody else gets for `visibilityMs`. */
  async receive(most: number, visibilityMs: number, signal?: Deadline, waitSeconds = LONG_POLL_S): Promise<Received[]> {
    const { Messages = [] } = await this.client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: Math.min(MOST_MESSAGES, most),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: seconds(visibilityMs),
        MessageSystemAttributeNames: ["SentTimestamp", "ApproximateFirstReceiveTimestamp"],
      }),
      { abortSignal: signal },
    );
    return Messages.map(({ MessageId = "", Body = "", ReceiptHandle = "", Attributes = {} }) => ({
      id: MessageId,
      message: readMessage(Body),
      body: Body,
      receipt: ReceiptHandle,
      sentAt: Number(Attributes.SentTimestamp ?? Date.now()),
      firstReceivedAt: Number(Attributes.ApproximateFirstReceiveTimestamp ?? Date.now()),
    }));
  }

  async delete(receipt: string, signal?: Deadline): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt }), {
      abortSignal: signal,
    });
  }

  /** The message comes back after so long; 0: at once. */
  async hide(receipt: string, forMs: number, signal?: Deadline): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds(forMs),
      }),
      { abortSignal: signal },
    );
  }

  /** Deletes every message. SQS takes up to a minute for it, and begins no other one meanwhile. */
  async purge(signal?: Deadline): Promise<void> {
    await this.client.send(new PurgeQueueCommand({ QueueUrl: this.url }), { abortSignal: signal });
  }

  /** About how many messages there are: those that wait, that are being worked on, and that are delayed. */
  async depth(signal?: Deadline): Promise<number> {
    const { waiting, hidden, delayed } = await this.counts(signal);
    return waiting + hidden + delayed;
  }

  async counts(signal?: Deadline): Promise<MessageCounts> {
    const names = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ] as const;
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: [...names] }),
      { abortSignal: signal },
    );
    const [waiting, hidden, delayed] = names.map((name) => Number(Attributes[name] ?? 0));
    return { waiting: waiting!, hidden: hidden!, delayed: delayed! };
  }
}

function seconds(ms: number): number {
  return Math.min(MOST_VISIBILITY_S, Math.max(0, Math.ceil(ms / 1000)));
}
