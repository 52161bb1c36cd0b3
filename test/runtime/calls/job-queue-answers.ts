import type { JobQueue } from "./job-queue";

/** What examples/job-queue answers, wherever it runs. Its functions have to be awake. */
export function answersJobs(running: () => JobQueue): void {
  test("a job is accepted at once, is pending while it runs, and then has a result", async () => {
    const jobs = running();
    const id = await jobs.submit("long-task", { steps: 2, seconds: 0.5 });
    expect(id).toMatch(/^fc-[0-9a-f]{40}$/);
    expect(await jobs.ask("GET", `/result/${id}`)).toEqual({ status: 202, body: { status: "pending" } });
    expect(await jobs.result(id)).toEqual({ status: 200, body: { result: "done", steps: 2 } });
    expect(await jobs.status(id)).toMatchObject({ state: "SUCCESS", attempt: 1, error: null });
  }, 30_000);

  test("a job that waits is cancelled at once, one that runs soon after, and the next one runs", async () => {
    const jobs = running();
    const busy = await jobs.submit("long-task", { steps: 600, seconds: 0.1 });
    await jobs.reaches(busy, "RUNNING");
    const waiting = await jobs.submit("long-task", {});
    const next = await jobs.submit("long-task", { steps: 0 });

    expect((await jobs.ask("POST", `/cancel/${waiting}`)).status).toBe(202);
    expect(await jobs.status(waiting)).toMatchObject({ state: "CANCELLED", attempt: 0 });
    expect(await jobs.ask("GET", `/result/${waiting}`)).toMatchObject({
      status: 500,
      body: { error: { type: "CallCancelledError" } },
    });
    expect((await jobs.status(busy)).state).toBe("RUNNING");

    await jobs.ask("POST", `/cancel/${busy}`);
    await jobs.reaches(busy, "CANCELLED");
    expect(await jobs.result(next)).toMatchObject({ status: 200, body: { steps: 0 } });
  }, 60_000);

  test("a flaky task is tried again, later each time", async () => {
    const jobs = running();
    const id = await jobs.submit("flaky-task", { failures: 2 });
    expect(await jobs.result(id)).toEqual({ status: 200, body: { result: "done", attempts: 3 } });
    const { attempt, started_at, finished_at } = await jobs.status(id);
    expect(attempt).toBe(3);
    expect(seconds(started_at, finished_at)).toBeGreaterThanOrEqual(3);
  }, 30_000);

  test("the same job under the same key is one call; another one under that key is refused with 409", async () => {
    const jobs = running();
    const key = { "idempotency-key": `order-${Date.now()}` };
    const [one, two] = await Promise.all([1, 2].map(() => jobs.submit("flaky-task", { failures: 0 }, key)));
    expect(two).toBe(one);
    await jobs.result(one!);
    expect(await jobs.submit("flaky-task", { failures: 0 }, key)).toBe(one);
    expect(await jobs.ask("POST", "/submit?task=flaky-task", { failures: 1 }, key)).toMatchObject({
      status: 409,
      body: { error: { type: "ConflictError" } },
    });
  }, 30_000);

  test("who asks for a call that never was is told so", async () => {
    const jobs = running();
    const id = await jobs.submit("long-task", { steps: 0 });
    const statuses = (unknown: string) =>
      Promise.all(["result", "status"].map(async (what) => (await jobs.ask("GET", `/${what}/${unknown}`)).status));
    // Of a function that may be called, of another one, and no id at all.
    expect(await statuses(id.replace(/.{32}$/, "0".repeat(32)))).toEqual([404, 404]);
    expect(await statuses(`fc-${"0".repeat(40)}`)).toEqual([403, 403]);
    expect(await statuses("nothing")).toEqual([404, 400]);
  }, 30_000);

  test("the Python client spawns, waits, cancels and gets errors, blocking and not", async () => {
    expect(await running().python("job_queue_client.py")).toEqual({
      sync: {
        open: "slipway.exceptions.TimeoutError",
        result: { result: "done", steps: 1 },
        again: true,
        conflict: "ConflictError",
        cancelled: "CallCancelledError",
        failed: ["ConnectionError", "RemoteError", "the warehouse did not answer attempt 4"],
        large: { result: "done", steps: 0 },
      },
      aio: {
        results: [1, 2, 3].map((attempts) => ({ result: "done", attempts })),
        cancelled: "CallCancelledError",
        missing: "NotGrantedError",
      },
    });
  }, 90_000);
}

const seconds = (from: string | null, to: string | null) => (Date.parse(to!) - Date.parse(from!)) / 1000;
