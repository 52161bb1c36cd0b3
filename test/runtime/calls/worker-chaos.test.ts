import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { startWorker } from "./worker-executor";
import { isEmptied, reaches, spawnCall, stopWorkers } from "./worker-process";

let aws: AwsStandIns;
let fn: FunctionEntry;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction({ queueMs: 300_000, deadlineMs: 600_000 });
});
afterAll(async () => {
  await stopWorkers();
  await stopEverything();
});

const CALLS = 60;
const LIVES = 8;

/** A worker whose executor ends each attempt after a while: mostly with its result, sometimes with an error or a death. */
async function startHand() {
  const { worker, executor } = await startWorker(aws, fn, {
    visibilityMs: 1000,
    heartbeatMs: 200,
    maxDeliveries: 50,
    retries: { maxRetries: 1000, initialDelayMs: 50, maxDelayMs: 50 },
  });
  let isOver = false;
  const serve = async () => {
    while (!isOver && !executor.data.isClosed) {
      const run = await executor.run(60_000).catch(() => undefined);
      if (run === undefined) return;
      setTimeout(() => {
        const chance = Math.random();
        if (chance < 0.1) executor.error(run);
        else if (chance < 0.2) executor.answer("died", run, { message: "chance" });
        else executor.done(run, { attempt: run.attempt });
      }, Math.random() * 300);
    }
  };
  void serve();
  return {
    worker,
    end: () => {
      isOver = true;
    },
  };
}

test("no call is lost and none ends twice, however workers are killed, stopped and cut off from AWS", async () => {
  const hands = [await startHand(), await startHand()];
  const ids = await Promise.all(Array.from({ length: CALLS }, (_, n) => spawnCall(aws, fn, [n])));
  const weathers = ["failing", "lossy", "throttled"] as const;
  for (let life = 0; life < LIVES; life++) {
    const [hand] = hands.splice(Math.floor(Math.random() * hands.length), 1);
    const front = [aws.dynamodb, aws.sqs][life % 2]!;
    front.set(weathers[life % 3]!, () => Math.random() < 0.3, 30);
    if (life % 3 === 2) {
      // It comes back as somebody who knows nothing of the time between.
      hand!.worker.kill("SIGSTOP");
      const start = performance.now();
      await until(() => performance.now() - start > 2500, "its leases are over");
      hand!.worker.kill("SIGCONT");
      hands.push(hand!);
    } else {
      hand!.worker.kill(life % 2 === 0 ? "SIGKILL" : "SIGTERM");
      hand!.end();
      hands.push(await startHand());
    }
  }
  for (const front of [aws.dynamodb, aws.sqs]) front.set("clear");
  for (const id of ids) {
    const record = await reaches(aws, id, "SUCCESS", 60_000);
    expect(record.output).toMatchObject({ body: JSON.stringify({ attempt: record.attempt }) });
  }
  await until(async () => (await aws.queue(fn.queueUrl).depth()) === 0, "the queue is empty", 60_000);
  await isEmptied(aws, fn.dlqUrl);
  for (const hand of hands) hand.end();
}, 180_000);
