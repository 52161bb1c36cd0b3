import { onTaskStopping } from "../../../lib/runtime/gateway/task-state";
import { startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

test("a task that ECS means to stop is told once, by what its metadata endpoint says", async () => {
  let status = "RUNNING";
  const metadata = await startApp((request, response) => {
    response.end(request.url === "/v4/abc/task" ? JSON.stringify({ DesiredStatus: status }) : "{}");
  });
  let told = 0;
  onTaskStopping({ ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${metadata.port}/v4/abc` }, () => told++, 10);
  await until(() => metadata.seen > 2, "it was asked");
  expect(told).toBe(0);
  status = "STOPPED";
  await until(() => told > 0, "it is told");
  expect(told).toBe(1);
});

test("an endpoint that fails is asked again", async () => {
  let broken = true;
  const metadata = await startApp((_, response) => {
    if (broken) response.writeHead(500).end("no JSON");
    else response.end('{"DesiredStatus":"STOPPED"}');
  });
  let told = 0;
  onTaskStopping({ ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${metadata.port}` }, () => told++, 10);
  await until(() => metadata.seen > 1, "it was asked again");
  broken = false;
  await until(() => told === 1, "it is told");
});
