import type { PythonWorker } from "../../runtime/calls/worker-python";
import type { LogLine } from "../../runtime/gateway/gateway-process";
import { until } from "../../runtime/gateway/loopback";

/** What a call can be at. It says so when it begins. */
const SYNC = `
import ctypes, hashlib, os, time

def leave_room():
    # In a task the gateway has a share of the processor that no code can take from it.
    os.nice(10)

def handler(work, *args):
    print("begun")
    if work == "sleep":
        time.sleep(3600)
    if work == "swallow":
        while True:
            try:
                time.sleep(3600)
            except BaseException:
                pass
    if work == "hold the GIL":
        leave_room()
        return sum(range(10**13))
    if work == "native":
        leave_room()
        # As many rounds as it takes.
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
    if work == "sleep with the GIL":
        # What PyDLL calls keeps the lock. Returns what a signal has left of the time.
        return ctypes.PyDLL(None).sleep(*args)
`;

const ASYNC = `
import asyncio

async def handler(work):
    print("begun")
    if work == "sleep":
        await asyncio.sleep(3600)
`;

export const CODE = { sync: SYNC, async: ASYNC } as const;

export const NOTHING = "nothing";

/** Calls that never end by themselves, by how hard they are to end. */
export const ENDLESS: readonly { readonly name: string; readonly code: string; readonly work: string }[] = [
  { name: "sleeps", code: SYNC, work: "sleep" },
  { name: "awaits", code: ASYNC, work: "sleep" },
  { name: "swallows every exception", code: SYNC, work: "swallow" },
  { name: "is stuck with the GIL", code: SYNC, work: "hold the GIL" },
  { name: "is stuck in native code without it", code: SYNC, work: "native" },
];

/** How often a worker's log is looked at; what is measured is by the times of its lines. */
const LOOK_MS = 50;

interface Awaited {
  readonly attempt?: number;
  readonly timeoutMs?: number;
}

/** The line by which an attempt said, in whichever of these workers, that it has begun. */
export function begun(workers: readonly PythonWorker[], call: string, awaited?: Awaited): Promise<LogLine> {
  return logged(workers, "call_output", call, awaited);
}

/** The line that a worker writes when an attempt's end is in the record. */
export function concluded(worker: PythonWorker, call: string, awaited?: Awaited): Promise<LogLine> {
  return logged([worker], "attempt", call, awaited);
}

async function logged(
  workers: readonly PythonWorker[],
  event: string,
  call: string,
  { attempt = 1, timeoutMs = 60_000 }: Awaited = {},
): Promise<LogLine> {
  let found: LogLine | undefined;
  const look = () => {
    const lines = workers.flatMap(({ worker }) => worker.log);
    found = lines.find((line) => line.event === event && line.call === call && line.attempt === attempt);
    return found !== undefined;
  };
  await until(look, `attempt ${attempt} logs "${event}"`, timeoutMs, LOOK_MS);
  return found!;
}
