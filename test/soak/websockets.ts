import { until } from "../runtime/gateway/loopback";
import { PythonProcess } from "../runtime/gateway/python-process";
import { runWebSocketTrials, successes, type WebSocketTrials } from "../runtime/gateway/websocket-scenarios";
import { MemoryWatch } from "./memory";
import type { Row } from "./report";
import { type Soak, startSoakedGateway } from "./soak";

/** The long form makes 23,000 connections through the gateway: 4 KB left behind by each would break it. */
const LIMIT_MB = 200;

/** Python's `websockets` on both sides of a gateway: many connections for minutes, then every case of a connection's life. */
export async function websockets(soak: Soak): Promise<Row[]> {
  const server = await PythonProcess.start("websocket_server.py");
  const serverPort = Number(await server.line(1, 60_000));
  const gateway = await startSoakedGateway(soak, serverPort);
  const socketsBefore = gateway.openSockets();
  const memory = new MemoryWatch(gateway, LIMIT_MB, soak);

  const kept = await echoes(soak, gateway.port);

  const trials = soak.isShort ? 20 : 1000;
  const run = (way: string, port: number) =>
    runWebSocketTrials({
      ...{ host: "127.0.0.1", port, serverPort, trials },
      onScenario: (all) => soak.say(`${way}: ${all.scenario.sentence}: ${summary(all)}`),
    });
  const alone = await run("without gateway", serverPort);
  const through = await run("through gateway", gateway.port);
  const cases = alone.map((one, i) => caseRow(one, through[i]!, trials));

  return [kept, ...cases, await leftOpen(), memory.finish()];

  async function leftOpen(): Promise<Row> {
    let open = Number.NaN;
    const isAsBefore = () => {
      open = gateway.openSockets();
      return open <= socketsBefore;
    };
    const isWithin = await until(isAsBefore, "every connection is closed").then(
      () => true,
      () => false,
    );
    return {
      name: "sockets left open after all that",
      trials: 1,
      through: String(open - socketsBefore),
      bound: "0",
      isWithin,
    };
  }
}

interface EchoReport {
  readonly open: number;
  readonly echoed: number;
  readonly slowestMs: number;
  /** Why, and how many. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly over: boolean;
}

async function echoes({ isShort, say }: Soak, port: number): Promise<Row> {
  const [connections, seconds] = isShort ? [100, 10] : [1000, 300];
  const client = await PythonProcess.start(
    "websocket_echoes.py",
    "127.0.0.1",
    ...[port, connections, seconds].map(String),
  );
  let report: EchoReport;
  let lines = 0;
  do {
    report = JSON.parse(await client.line(++lines, 60_000));
    const { open, echoed, dropped } = report;
    if (isShort || lines % 6 === 0) say(`${open} open, ${echoed} echoed, ${JSON.stringify(dropped)} dropped`);
  } while (!report.over);
  const drops = Object.values(report.dropped).reduce((sum, count) => sum + count, 0);
  return {
    name: `${connections} connections for ${seconds} s, each an echo a second`,
    trials: report.echoed,
    through: drops > 0 ? JSON.stringify(report.dropped) : `0 drops, slowest echo ${report.slowestMs.toFixed(0)} ms`,
    bound: "0 drops",
    isWithin: drops === 0 && report.echoed === connections * seconds,
  };
}

function caseRow(alone: WebSocketTrials, through: WebSocketTrials, trials: number): Row {
  return {
    name: alone.scenario.sentence,
    trials,
    alone: summary(alone),
    through: summary(through),
    bound: "the same, every time",
    isWithin: successes(alone) === trials && successes(through) === trials,
  };
}

function summary(all: WebSocketTrials): string {
  const good = successes(all);
  const total = all.outcomes.reduce((sum, { count }) => sum + count, 0);
  if (good === total) return `${good} as expected`;
  const other = all.outcomes.map(({ outcome, count }) => `${count} x ${JSON.stringify(outcome).slice(0, 300)}`);
  return `${good} as expected of: ${other.join("; ")}`;
}
