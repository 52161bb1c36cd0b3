import { isDeepStrictEqual } from "node:util";
import { PythonProcess } from "./python-process";

/** What the trials of `python/websocket_client.py` see when all is well, as they see it without anything in between. */
export const WEBSOCKET_SCENARIOS: readonly WebSocketScenario[] = [
  { name: "echo", sentence: "text and bytes are echoed", expected: ["as sent", 1000] },
  { name: "fragments", sentence: "fragments pass as they are, both ways, with pings between", expected: "as sent" },
  { name: "two_mebibytes", sentence: "a message of 2 MiB passes both ways", expected: "as sent" },
  { name: "pings", sentence: "both sides' pings are answered, payload and all", expected: "ponged" },
  {
    name: "handshake",
    sentence: "the subprotocol is negotiated, Origin, cookies and the target arrive",
    expected: ["superchat", ["/handshake?a=%2F", "superchat", "https://shop.example", ["a=1; b=2"]]],
  },
  {
    name: "refusal",
    sentence: "a refusal has its status, challenge and body",
    expected: [401, "Basic", "who are you?\n"],
  },
  { name: "closes_of_the_server", sentence: "closes 1000, 1001, 1011, 4xxx by the server", expected: "as sent" },
  { name: "closes_of_the_client", sentence: "closes 1000, 1001, 1011, 4xxx by the client", expected: "as sent" },
  {
    name: "end_of_the_server",
    sentence: "a server that ends without a close",
    expected: ["last", [1006, "", null]],
  },
  { name: "end_of_the_client", sentence: "a client that ends without a close", expected: [1006, "", null] },
  { name: "reset_of_the_server", sentence: "a server that breaks off", expected: [1006, "", "ConnectionResetError"] },
  { name: "reset_of_the_client", sentence: "a client that breaks off", expected: [1006, "", "ConnectionResetError"] },
  {
    name: "silence_of_the_server",
    sentence: "a server that falls silent, and the client gives it up",
    expected: [
      [1006, "", "TimeoutError"],
      [1011, "no pong"],
    ],
  },
  {
    name: "silence_of_the_client",
    sentence: "a client that falls silent, and the server gives it up",
    expected: [
      [1011, "no pong"],
      [1006, "", "TimeoutError"],
    ],
  },
  { name: "first_bytes", sentence: "messages right behind the 101, both ways", expected: "as sent" },
  { name: "early_bytes", sentence: "a message right behind the request", expected: "as sent" },
];

export interface WebSocketScenario {
  readonly name: string;
  readonly sentence: string;
  readonly expected: unknown;
}

export interface WebSocketTrials {
  readonly scenario: WebSocketScenario;
  readonly seconds: number;
  /** How many trials have seen what. */
  readonly outcomes: ReadonlyArray<{ readonly outcome: unknown; readonly count: number }>;
}

/** How many trials went as they should. */
export function successes({ scenario, outcomes }: WebSocketTrials): number {
  return outcomes.find(({ outcome }) => isDeepStrictEqual(outcome, scenario.expected))?.count ?? 0;
}

export interface TrialsOptions {
  /** The `Host` of the requests, with a path prefix if there is one. */
  readonly host: string;
  readonly port: number;
  /** The server's own port. */
  readonly serverPort: number;
  readonly trials: number;
  readonly onScenario?: (trials: WebSocketTrials) => void;
}

let runs = 0;

/** One client process runs all scenarios, one after the other, each with many trials at once. */
export async function runWebSocketTrials(options: TrialsOptions): Promise<WebSocketTrials[]> {
  const { host, port, serverPort, trials } = options;
  const numbers = [port, serverPort, `run${++runs}`, trials].map(String);
  const client = await PythonProcess.start("websocket_client.py", host, ...numbers);
  const all: WebSocketTrials[] = [];
  for (const scenario of WEBSOCKET_SCENARIOS) {
    const seen = JSON.parse(await client.line(all.length + 1, 60_000 + trials * 100));
    all.push({ ...seen, scenario });
    options.onScenario?.(all.at(-1)!);
  }
  return all;
}
