import { Front } from "../../runtime/calls/front";
import { reaches, resultOf, spawnCall } from "../../runtime/calls/worker-process";
import { killPythonWorker } from "../../runtime/calls/worker-python";
import type { Row } from "../report";
import { begun, CODE } from "./work";
import { PRODUCTION, type World } from "./world";

const SHORT = { seconds: 10, visibilityMs: 3000, heartbeatMs: 500 };
const LONG = { ...PRODUCTION, seconds: 600 };

/** SQS answers a poll within 20 s, with or without a message. */
const LONGEST_POLL_S = 20;

const WANTED = "SUCCESS after the whole time, attempt 1, deliveries 1";

/** A call that lets nothing of Python run for minutes, beside a worker that would take it. */
export async function lease(world: World): Promise<Row[]> {
  const { aws, soak } = world;
  const { seconds, ...times } = soak.isShort ? SHORT : LONG;
  const own = { ...times, maxInputs: 1, attemptMs: 2 * seconds * 1000 };
  const fn = await world.addFunction(times.visibilityMs);
  const start = async () => {
    const sqs = await Front.start(aws.sqs.port);
    const python = await world.start(fn, CODE.sync, { own, endpoints: { ...aws.endpoints, sqs: sqs.url } });
    return { sqs, python };
  };
  const workers = await Promise.all([start(), start()]);
  const pythons = workers.map(({ python }) => python);
  const id = await spawnCall(aws, fn, ["sleep with the GIL", seconds]);
  await begun(pythons, id);
  const { sqs } = workers.find(({ python }) => python.worker.event("call_output") === undefined)!;

  const isOver = ({ state }: { readonly state: string }) => state !== "RUNNING";
  const record = await reaches(aws, id, isOver, (seconds + 30) * 1000, 500);
  const polls = sqs.count("ReceiveMessage");
  // Whoever gets a message has something to ask about it.
  const got = sqs.seen.length - polls;
  await Promise.all(pythons.map(killPythonWorker));

  const { state, attempt, deliveries, startedAt, finishedAt } = record;
  const isWhole = finishedAt! - startedAt! >= seconds * 1000 && (await resultOf(aws, record)) === "0";
  const end = `${state}${isWhole ? " after the whole time" : ""}, attempt ${attempt}, deliveries ${deliveries}`;
  const row: Row = {
    name: `the GIL held by one native call for ${seconds} s; visibility ${times.visibilityMs / 1000} s, a beat each ${times.heartbeatMs / 1000} s`,
    trials: 1,
    through: `${end}; another worker polled ${polls} times and had ${got} words about it`,
    bound: `${WANTED}; 0 words`,
    isWithin: end === WANTED && got === 0 && polls >= Math.max(1, Math.floor(seconds / LONGEST_POLL_S)),
  };
  soak.say(`${row.name}: ${row.through}`);
  return [row];
}
