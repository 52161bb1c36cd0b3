import { endAll } from "../local/cli-process";
import { JobQueueSession, START_MS } from "./dev-session";
import { answersJobs } from "./job-queue-answers";

let session: JobQueueSession;
beforeAll(async () => {
  session = await JobQueueSession.start("job-queue");
}, START_MS);
afterAll(endAll);

test("functions are listed beside endpoints, with who may spawn them", async () => {
  await session.cli.line(/^ {2}job-queue\/api +ASGI +http:\/\/job-queue-api-dev\.localhost:\d+\/$/);
  await session.cli.line(/^ {2}job-queue\/long-task +function +spawn it from job-queue\/api$/);
});

test("what a function writes is in the session's output, under its name", async () => {
  const id = await session.submit("long-task", { steps: 2, seconds: 0 });
  await session.result(id);
  await session.cli.line(/^job-queue\/long-task +\| .*step 2 of 2$/);
});

answersJobs(() => session);

test("a call that nobody starts within the function's queueTimeout expires", async () => {
  const busy = await session.submit("hurried-task", { steps: 1, seconds: 4 });
  await session.reaches(busy, "RUNNING");
  const late = await session.submit("hurried-task", {});
  expect(await session.reaches(late, "EXPIRED")).toMatchObject({ attempt: 0, error: { type: "QueueTimeout" } });
  expect((await session.status(busy)).state).toBe("SUCCESS");
});

test("the Python client passes values as they are, in megabytes too", async () => {
  expect(await session.python("dev_client.py")).toEqual({
    large: 3_000_000,
    results: [{ value: "aa" }, { value: "bbb" }, { value: [1] }],
  });
}, 60_000);

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
  await session.stop();
});
