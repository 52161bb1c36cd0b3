import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CallsApi, closeApis } from "./calls-api";
import { ExecutorHost, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses } from "./slipway-process";

const PAGE = readFileSync(join(__dirname, "../../../docs/python.md"), "utf8");
const [WORK, CALLING, CANCELLATION] = [...PAGE.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code!);

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(() => Promise.all([closeApis(), removeHosts(), removeProcesses()]));

test("the function in docs/python.md runs", async () => {
  const host = await ExecutorHost.start({ app: WORK!, handler: "app:transcribe" });
  const call = host.run(["a.wav"], { language: "de" });
  expect(await host.outcome(call)).toEqual({ op: "done", result: { url: "a.wav", language: "de", text: "…" } });
});

test("the calls in docs/python.md are answered", async () => {
  const id = `fc-${"0".repeat(40)}`;
  const api = await CallsApi.start(({ method, path }) =>
    path.endsWith("/calls")
      ? { status: 202, body: { call_id: id, state: "PENDING" } }
      : path.includes("wait=0")
        ? { status: 202, body: { call_id: id, state: "RUNNING" } }
        : {
            status: 200,
            body: { call_id: id, state: method === "GET" && path.endsWith(id) ? "RUNNING" : "SUCCESS", result: 1 },
          },
  );
  // Its print is no JSON.
  const code = CALLING!.replace("print(call.status())", "say(call.status())");
  expect(await api.python(`${code}\nsay(results)`)).toEqual(["RUNNING", [1, 1]]);
});

test("the cancelled function in docs/python.md hears why", async () => {
  const app = `import time\n${CANCELLATION!.replace("            ...", '            print("begun", flush=True); time.sleep(3600)')}`;
  const host = await ExecutorHost.start({ app, handler: "app:train" });
  const call = host.run([2]);
  await host.printed(call, "begun");
  host.cancel(call, "timeout");
  expect(await host.outcome(call)).toEqual({ op: "cancelled" });
  expect(host.logs(call)).toEqual(["begun", "timeout"]);
});
