import type { Socket } from "node:net";
import type { AppRequest, Call, Receiver } from "./call";
import { type AppAddress, DedicatedCall, dial } from "./dedicated-call";
import { without } from "./headers";

/** A request to the app to speak another protocol. It has no body. */
export interface AppUpgrade extends Omit<AppRequest, "source"> {
  /** The `Upgrade` header. */
  readonly protocol: string;
}

/** Hears what a receiver hears when the app declines, and one `upgraded` in place of `head` and the rest when it agrees. */
export interface UpgradeReceiver extends Receiver {
  /** The connection is the receiver's own from here on; `first` are the bytes that came right behind the app's 101. */
  upgraded(answer: { readonly message: string; readonly headers: readonly string[] }, app: Socket, first: Buffer): void;
}

export function sendUpgrade({ protocol, ...request }: AppUpgrade, receiver: UpgradeReceiver, app: AppAddress): Call {
  // Node throws when there is nothing that trailers could come behind.
  const headers = [...without(request.headers, "trailer"), "Connection", "Upgrade", "Upgrade", protocol];
  const outgoing = dial({ ...request, headers }, app);
  outgoing.once("upgrade", ({ statusMessage = "", rawHeaders }, socket, first) =>
    receiver.upgraded({ message: statusMessage, headers: rawHeaders }, socket as Socket, first),
  );
  outgoing.end();
  return new DedicatedCall(outgoing, receiver);
}
