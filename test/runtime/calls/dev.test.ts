import { endAll } from "../local/cli-process";
import { JobQueueSession, START_MS } from "./dev-session";

let session: JobQueueSession;
beforeAll(async () => {
  session = await JobQueueSession.start("job-queue");
}, START_MS);
afterAll(endAll);

const seconds = (from: string | null, to: string | null) => (Date.parse(to!) - Date.parse(from!)) / 1000;

test("functions are listed beside endpoints, with who may spawn them", async () => {
  await session.cli.line(/^ {2}job-queue\/api +ASGI +http:\/\/job-queue-api-dev\.localhost:\d+\/$/);
  await session.cli.line(/^ {2}job-queue\/long-task +function +spawn it from job-queue\/api$/);
});

test("a job is accepted at once, is pending while it runs, and then has a result", async () => {
  const id = await session.submit("long-task", { steps: 2, seconds: 0.5 });
  expect(id).toMatch(/^fc-[0-9a-f]{40}$/);
  expect(await session.ask("GET", `/result/${id}`)).toEqual({ status: 202, body: { status: "pending" } });
  expect(await session.result(id)).toEqual({ status: 200, body: { result: "done", steps: 2 } });
  expect(await session.status(id)).toMatchObject({ state: "SUCCESS", attempt: 1, error: null });
  await session.cli.line(/^job-queue\/long-task +\| .*step 2 of 2$/);
});

test("a job that waits is cancelled at once, one that runs soon after, and the next one runs", async () => {
  const running = await session.submit("long-task", { steps: 600, seconds: 0.1 });
  await session.reaches(running, "RUNNING");
  const waiting = await session.submit("long-task", {});
  const next = await session.submit("long-task", { steps: 0 });

  expect((await session.ask("POST", `/cancel/${waiting}`)).status).toBe(202);
  expect(await session.status(waiting)).toMatchObject({ state: "CANCELLED", attempt: 0 });
  expect(await session.ask("GET", `/result/${waiting}`)).toMatchObject({
    status: 500,
    body: { error: { type: "CallCancelledError" } },
  });
  expect((await session.status(running)).state).toBe("RUNNING");

  await session.ask("POST", `/cancel/${running}`);
  await session.reaches(running, "CANCELLED");
  expect(await session.result(next)).toMatchObject({ status: 200, body: { steps: 0 } });
});

test("a flaky task is tried again, later each time", async () => {
  const id = await session.submit("flaky-task", { failures: 2 });
  expect(await session.result(id)).toEqual({ status: 200, body: { result: "done", attempts: 3 } });
  const { attempt, started_at, finished_at } = await session.status(id);
  expect(attempt).toBe(3);
  expect(seconds(started_at, finished_at)).toBeGreaterThanOrEqual(3);
});

test("the same job under the same key is one call; another one under that key is refused with 409", async () => {
  const key = { "idempotency-key": `order-${Date.now()}` };
  const [one, two] = await Promise.all([1, 2].map(() => session.submit("flaky-task", { failures: 0 }, key)));
  expect(two).toBe(one);
  await session.result(one!);
  expect(await session.submit("flaky-task", { failures: 0 }, key)).toBe(one);
  expect(await session.ask("POST", "/submit?task=flaky-task", { failures: 1 }, key)).toMatchObject({
    status: 409,
    body: { error: { type: "ConflictError" } },
  });
});

test("a call that nobody starts within the function's queueTimeout expires", async () => {
  const busy = await session.submit("hurried-task", { steps: 1, seconds: 4 });
  await session.reaches(busy, "RUNNING");
  const late = await session.submit("hurried-task", {});
  expect(await session.reaches(late, "EXPIRED")).toMatchObject({ attempt: 0, error: { type: "QueueTimeout" } });
  expect((await session.status(busy)).state).toBe("SUCCESS");
});

test("who asks for a call that never was is told so", async () => {
  const id = await session.submit("long-task", { steps: 0 });
  const statuses = (unknown: string) =>
    Promise.all(["result", "status"].map(async (what) => (await session.ask("GET", `/${what}/${unknown}`)).status));
  // Of a function that may be called, of another one, and no id at all.
  expect(await statuses(id.replace(/.{32}$/, "0".repeat(32)))).toEqual([404, 404]);
  expect(await statuses(`fc-${"0".repeat(40)}`)).toEqual([403, 403]);
  expect(await statuses("nothing")).toEqual([404, 400]);
});

test("the Python client spawns, waits, cancels and gets errors, blocking and not", async () => {
  expect(await session.python("dev_client.py")).toEqual({
    sync: {
      open: "slipway.exceptions.TimeoutError",
      result: { result: "done", steps: 1 },
      again: true,
      conflict: "ConflictError",
      cancelled: "CallCancelledError",
      failed: ["ConnectionError", "RemoteError", "the warehouse did not answer attempt 4"],
      large: 3_000_000,
    },
    aio: {
      results: [{ value: "aa" }, { value: "bbb" }, { value: [1] }],
      cancelled: "CallCancelledError",
      missing: "NotGrantedError",
    },
  });
}, 90_000);

test("an edit reaches functions too, and calls that wait or run survive it", async () => {
  const running = await session.submit("long-task", { steps: 20, seconds: 0.1 });
  await session.reaches(running, "RUNNING");
  const waiting = await session.submit("long-task", { steps: 0 });
  session.edit("tasks.py", /"result": "done", "steps"/, () => '"result": "edited", "steps"');
  await session.cli.line(/^job-queue\/long-task serves the new version/);
  expect(await session.result(running)).toMatchObject({ status: 200, body: { steps: 20 } });
  const after = await session.submit("long-task", { steps: 0 });
  expect((await session.result(after)).body).toEqual({ result: "edited", steps: 0 });
  expect((await session.result(waiting)).status).toBe(200);
}, 60_000);

test("a version that cannot be loaded changes nothing, and says why", async () => {
  session.edit("tasks.py", /def flaky_task\(/, () => "def flaky_task((");
  await session.cli.line(/^job-queue\/flaky-task +\| .*SyntaxError/);
  await session.cli.line(/^The version before it keeps serving\.$/);
  const id = await session.submit("flaky-task", { failures: 0 });
  expect((await session.result(id)).status).toBe(200);
}, 60_000);

test("the end of the session leaves no process", async () => {
  expect(await session.stop()).toEqual([]);
});
