import type { AddressInfo } from "node:net";
import { createDataServer } from "../../../lib/runtime/gateway/data";
import { createLog } from "../../../lib/runtime/gateway/log";
import { Output } from "../../../lib/runtime/gateway/output";
import { createService } from "../../../lib/runtime/gateway/service";
import { gatewayConfig } from "./gateway-process";
import { onStop, RawClient, startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const HEADERS_TIMEOUT_MS = 120;

/** The data port within this process, where a minute for headers can be a moment. */
async function serve(keepAliveMs: number): Promise<number> {
  const app = await startApp((_, response) => response.end("hello"));
  const config = await gatewayConfig(app.port, { listen: { keepAliveMs } });
  const output = new Output(() => undefined);
  const service = createService(config, { output, log: createLog(output, {}), onLiveness: () => undefined });
  await service.readiness.settle();
  const server = createDataServer(service, HEADERS_TIMEOUT_MS);
  server.listen(0);
  onStop(async () => {
    server.close().closeAllConnections();
    await service.upstream.close();
  });
  return (server.address() as AddressInfo).port;
}

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("a client that sends its headers too slowly is refused with 408 and closed", async () => {
  const client = (await RawClient.connect(await serve(10_000))).write("GET / HTTP/1.1\r\nHost: a\r\nX: ");
  expect(await client.closes()).toMatch(/^HTTP\/1\.1 408 Request Timeout.*request_timeout/s);
});

test("a connection that is idle between requests outlives the limit for headers", async () => {
  const client = (await RawClient.connect(await serve(10_000))).write(GET);
  await client.receives("hello");
  const start = performance.now();
  await until(() => performance.now() - start > 3 * HEADERS_TIMEOUT_MS, "the limit has passed");
  client.text = "";
  client.write(GET);
  await client.receives("hello");
});

test("a connection that is idle for keepAliveMs is closed", async () => {
  const client = (await RawClient.connect(await serve(50))).write(GET);
  await client.receives("hello");
  // Node adds a second, so that a client that counts on the announced time is not cut off.
  await client.closes(4000);
});

test("a request has no limit beside the four timers", async () => {
  const port = await serve(10_000);
  const client = (await RawClient.connect(port)).write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nha");
  const start = performance.now();
  await until(() => performance.now() - start > 3 * HEADERS_TIMEOUT_MS, "the limit for headers has passed");
  client.write("lf");
  await client.receives("hello");
});
