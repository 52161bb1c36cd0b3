import { Front } from "../../runtime/calls/front";
import { reaches, resultOf, spawnCall } from "../../runtime/calls/worker-process";
import { killPythonWorker } from "../../runtime/calls/worker-python";
import type { Row } from "../report";
import { seconds as inSeconds } from "./timing";
import { begun, CODE, concluded } from "./work";
import { PRODUCTION, type World } from "./world";

const SHORT = { seconds: 10, visibilityMs: 3000, heartbeatMs: 500 };
const LONG = { ...PRODUCTION, seconds: 600 };

/** SQS answers a poll within 20 s, with or without a message. */
const LONGEST_POLL_S = 20;

const WANTED = "SUCCESS, attempt 1, deliveries 1";

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
  const idle = workers.find(({ python }) => python.worker.event("call_output") === undefined)!;
  const holder = workers.find((worker) => worker !== idle)!;

  const isOver = ({ state }: { readonly state: string }) => state !== "RUNNING";
  const record = await reaches(aws, id, isOver, (seconds + 30) * 1000, 500);
  const { state, attempt, deliveries } = record;
  const polls = idle.sqs.count("ReceiveMessage");
  // Whoever gets a message has something to ask about it.
  const got = idle.sqs.seen.length - polls;
  // Not by the record: its times are on AWS's clock, of which a worker learns more with each answer.
  const ms = Number((await concluded(holder.python, id)).ms);
  const left = state === "SUCCESS" ? await resultOf(aws, record) : undefined;
  await Promise.all(pythons.map(killPythonWorker));

  const end = `${state}, attempt ${attempt}, deliveries ${deliveries}`;
  const polledAllTheTime = polls >= Math.max(1, Math.floor(seconds / LONGEST_POLL_S));
  const row: Row = {
    name: `the GIL held by one native call for ${seconds} s; visibility ${times.visibilityMs / 1000} s, a beat each ${times.heartbeatMs / 1000} s`,
    trials: 1,
    through: `${end}, ran ${inSeconds(ms)}; another worker polled ${polls} times and had ${got} words about it`,
    bound: `${WANTED}, ran ${seconds} s or more; 0 words`,
    isWithin: end === WANTED && ms >= seconds * 1000 && left === "0" && got === 0 && polledAllTheTime,
  };
  soak.say(`${row.name}: ${row.through}`);
  return [row];
}
