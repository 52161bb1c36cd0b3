import { startReadyGateway } from "./gateway-process";
import { send, startApp, stopEverything } from "./loopback";

afterEach(stopEverything);

const mirror = () =>
  startApp((request, response) =>
    response.end(JSON.stringify([request.url, request.headers["x-forwarded-prefix"] ?? null])),
  );

test("in path mode the label is redirected to itself with a slash, keeping the query", async () => {
  const gateway = await startReadyGateway(await mirror(), { web: { stripPrefix: "/acme-web" } });
  const { status, headers } = await send(gateway.port, "/acme-web?a=1", { method: "POST", body: "x" });
  expect([status, headers.location, headers["x-slipway-origin"]]).toEqual([308, "/acme-web/?a=1", "gateway"]);
});

test("in path mode the app sees the path below the label, and the label in X-Forwarded-Prefix", async () => {
  const gateway = await startReadyGateway(await mirror(), { web: { stripPrefix: "/acme-web" } });
  const headers = { "x-forwarded-prefix": "/forged" };
  expect((await send(gateway.port, "/acme-web/x?y", { headers })).text).toBe('["/x?y","/acme-web"]');
  expect((await send(gateway.port, "/acme-web/", { headers })).text).toBe('["/","/acme-web"]');
});

test("in path mode any other path is a 404 that the gateway signs", async () => {
  const app = await mirror();
  const gateway = await startReadyGateway(app, { web: { stripPrefix: "/acme-web" } });
  for (const path of ["/", "/acme-webx", "/other/acme-web/"]) {
    const { status, headers, text } = await send(gateway.port, path);
    expect([status, headers["x-slipway-origin"], JSON.parse(text).error.code]).toEqual([404, "gateway", "not_found"]);
  }
  expect(app.seen).toBe(0);
});

test("in domain mode every path is the app's, and no prefix is claimed", async () => {
  const gateway = await startReadyGateway(await mirror());
  const { text } = await send(gateway.port, "/a/b?c", { headers: { "x-forwarded-prefix": "/forged" } });
  expect(text).toBe('["/a/b?c",null]');
});

test("/_slipway is not the app's, however it is spelled", async () => {
  const app = await mirror();
  const gateway = await startReadyGateway(app);
  for (const path of ["/_slipway/health", "//_slipway/x", "/%5fslipway/x", "/a/../_slipway"]) {
    expect((await send(gateway.port, path)).status).toBe(404);
  }
  expect(app.seen).toBe(0);
});
