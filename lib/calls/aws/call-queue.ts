import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
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
  /** Undefined: it is no message of ours. */
  readonly message: CallMessage | undefined;
  readonly body: string;
  readonly receipt: string;
  /** When it was sent and when somebody first got it, in milliseconds since 1970 on the clock of AWS. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
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
    return Messages.map(({ Body = "", ReceiptHandle = "", Attributes = {} }) => ({
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

  /** About how many messages there are: those that wait, that are being worked on, and that are delayed. */
  async depth(signal?: Deadline): Promise<number> {
    const names = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ] as const;
    const { Attributes = {} } = await this.client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: [...names] }),
      { abortSignal: signal },
    );
    return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }
}

function seconds(ms: number): number {
  return Math.min(MOST_VISIBILITY_S, Math.max(0, Math.ceil(ms / 1000)));
}
