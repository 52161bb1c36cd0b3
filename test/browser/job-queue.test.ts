import type { Browser, Locator, Page } from "playwright-core";
import { JobQueueSession, START_MS } from "../runtime/calls/dev-session";
import { endAll } from "../runtime/local/cli-process";
import { launchChromium } from "./chromium";
import { screenshot } from "./screenshot";
import { visit } from "./visit";

let browser: Browser;
let session: JobQueueSession;
beforeAll(async () => {
  browser = await launchChromium();
  session = await JobQueueSession.start("job-queue-page");
}, START_MS);
afterAll(async () => {
  await browser?.close();
  await session?.stop();
  await endAll();
});

const atHost = (path = "/") => `http://job-queue-api-dev.localhost:${session.port}${path}`;
const atPath = () => `http://localhost:${session.port}/job-queue-api`;

/** Submits a job by the form; its card. */
async function submit(page: Page, task: string, fields: Readonly<Record<string, string>>): Promise<Locator> {
  const jobs = page.getByRole("list", { name: "Jobs" }).locator("> li");
  const before = await jobs.count();
  await page.getByRole("radio", { name: task }).check();
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole("button", { name: "Submit job" }).click();
  await jobs.nth(before).waitFor();
  const name = await jobs.first().getByRole("heading").textContent();
  return jobs.filter({ has: page.getByRole("heading", { name: name!, exact: true }) });
}

const states = (job: Locator) =>
  job.getByRole("list", { name: "States so far" }).getByRole("listitem").allTextContents();
const state = (job: Locator, text: string) => job.getByText(text, { exact: true }).first().waitFor();
const output = (job: Locator, name: "Result" | "Error") => job.getByLabel(name, { exact: true });

test.each([
  ["its host", atHost],
  ["its path, without the last slash", atPath],
])("at %s, a job that is submitted is seen to run, and has a result", (_, url) =>
  visit(browser, async (page) => {
    await page.goto(url());
    const job = await submit(page, "Long task", { Steps: "2", "Seconds a step": "0.8" });
    await state(job, "RUNNING");
    await output(job, "Result").waitFor();
    expect(JSON.parse((await output(job, "Result").textContent())!)).toEqual({ result: "done", steps: 2 });
    expect((await states(job)).slice(-2)).toEqual(["RUNNING", "SUCCESS"]);
    expect(await page.getByRole("status").textContent()).toMatch(/^long-task …\w{6}: success$/);
    expect(await job.getByRole("button", { name: /^Cancel/ }).count()).toBe(0);
  }),
);

test("a job that runs is cancelled by its button, one that waits too, and a reload finds both again", () =>
  visit(browser, async (page) => {
    await page.goto(atHost());
    const running = await submit(page, "Long task", { Steps: "600", "Seconds a step": "0.1" });
    await state(running, "RUNNING");
    const waiting = await submit(page, "Long task", { Steps: "1", "Seconds a step": "0" });
    await waiting.getByRole("button", { name: /^Cancel/ }).click();
    await state(waiting, "CANCELLED");
    expect(await states(waiting)).toEqual(["PENDING", "CANCELLED"]);
    await running.getByRole("button", { name: /^Cancel/ }).click();
    await state(running, "CANCELLED");
    expect(await output(running, "Error").textContent()).toContain("cancelled");

    await page.reload();
    expect(await page.getByRole("list", { name: "Jobs" }).locator("> li").count()).toBe(2);
    await page.getByText("CANCELLED", { exact: true }).nth(1).waitFor();
  }));

test("a flaky task is seen to be tried again, and one that fails each time shows its error", () =>
  visit(browser, async (page) => {
    await page.goto(atHost());
    const flaky = await submit(page, "Flaky task", { "Failures first": "2" });
    await output(flaky, "Result").waitFor();
    expect(JSON.parse((await output(flaky, "Result").textContent())!)).toEqual({ result: "done", attempts: 3 });
    expect((await states(flaky)).join()).toContain("PENDING (tried 2 times)");

    const failing = await submit(page, "Flaky task", { "Failures first": "9" });
    await output(failing, "Error").waitFor();
    expect((await states(failing)).slice(-2)).toEqual(["PENDING (tried 3 times)", "FAILURE"]);
    expect(await output(failing, "Error").textContent()).toBe(
      "ConnectionError: the warehouse did not answer attempt 4",
    );
    const running = await submit(page, "Long task", { Steps: "30", "Seconds a step": "1" });
    await state(running, "RUNNING");
    await page.evaluate("scrollTo(0, 0)");
    await page.setViewportSize({ width: 1000, height: 860 });
    await screenshot(page, "job-queue");
    await running.getByRole("button", { name: /^Cancel/ }).click();
    await state(running, "CANCELLED");
  }));

test("the form works by the keyboard alone, and fits a phone", () =>
  visit(browser, async (page) => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.goto(atHost());
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await page.keyboard.type("0");
    await page.keyboard.press("Enter");
    await page.getByLabel("Result", { exact: true }).waitFor();
    const wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    expect(await page.evaluate(wide)).toBe(false);
  }));
