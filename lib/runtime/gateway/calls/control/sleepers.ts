import type { FunctionEntry } from "../../../../calls";
import { CallQueue, type Clients } from "../../../../calls/aws";
import type { Log } from "../../log";
import type { Services, Waker } from "./waker";

const ASK_MS = 10_000;

/** Wakes services without a task whose queues hold something: words of gateways may be lost, and retries send none. */
export async function wakeSleepers(
  functions: readonly FunctionEntry[],
  { services, waker, clients, log }: { services: Services; waker: Waker; clients: Clients; log: Log },
): Promise<void> {
  const asleep = await services.asleep(functions.map(({ service }) => service));
  for (const entry of functions.filter(({ service }) => asleep.has(service))) {
    try {
      const depth = await new CallQueue(clients.sqs, entry.queueUrl).depth(AbortSignal.timeout(ASK_MS));
      if (depth > 0) await waker.wakeIfAsleep(entry);
    } catch (error) {
      log.warn("wake_failed", { service: entry.service, message: (error as Error).message });
    }
  }
}
