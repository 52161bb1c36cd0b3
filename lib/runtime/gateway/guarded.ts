import type { Socket } from "node:net";
import type { Failure, Receiver } from "./call";
import type { UpgradeReceiver } from "./upgrade-call";

/** Hears what a call tells, and what it threw over it. */
export type Faulty<R extends Receiver> = R & { crashed(error: unknown): void };

/** The app's answers come from its connections' events, where a fault in the telling of one would end the program and all others. */
export class Guarded<R extends Receiver> implements Receiver {
  constructor(protected readonly receiver: Faulty<R>) {}

  information(status: number, headers: readonly string[]): void {
    try {
      this.receiver.information(status, headers);
    } catch (error) {
      this.receiver.crashed(error);
    }
  }

  head(status: number, message: string, headers: readonly string[]): void {
    try {
      this.receiver.head(status, message, headers);
    } catch (error) {
      this.receiver.crashed(error);
    }
  }

  data(chunk: Buffer): boolean {
    try {
      return this.receiver.data(chunk);
    } catch (error) {
      this.receiver.crashed(error);
      return true;
    }
  }

  end(trailers: readonly string[]): void {
    try {
      this.receiver.end(trailers);
    } catch (error) {
      this.receiver.crashed(error);
    }
  }

  fail(failure: Failure): void {
    try {
      this.receiver.fail(failure);
    } catch (error) {
      this.receiver.crashed(error);
    }
  }
}

export class GuardedUpgrade extends Guarded<UpgradeReceiver> implements UpgradeReceiver {
  upgraded(
    answer: { readonly message: string; readonly headers: readonly string[] },
    app: Socket,
    first: Buffer,
  ): void {
    try {
      this.receiver.upgraded(answer, app, first);
    } catch (error) {
      app.destroy();
      this.receiver.crashed(error);
    }
  }
}
