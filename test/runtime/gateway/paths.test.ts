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

/** An app that sends the client elsewhere, wherever the request's query says. */
const redirecting = () =>
  startApp((request, response) => {
    const location = new URL(request.url!, "http://a").searchParams.get("to")!;
    response.writeHead(302, { location, "content-location": "/c", "set-cookie": ["a=1; Path=/", "b=2"] }).end();
  });

test("in path mode the app's redirects and cookies stay below the label, and the gateway's own too", async () => {
  const gateway = await startReadyGateway(await redirecting(), { web: { stripPrefix: "/acme-web" } });
  const go = async (to: string) =>
    (await send(gateway.port, `/acme-web/?to=${encodeURIComponent(to)}`, { headers: { host: "lb.example" } })).headers;
  const headers = await go("/login");
  expect(headers["content-location"]).toBe("/acme-web/c");
  expect(headers["set-cookie"]).toEqual(["a=1; Path=/acme-web/", "b=2"]);
  for (const [given, prefixed] of [
    ["/login", "/acme-web/login"],
    ["/acme-web/login", "/acme-web/login"],
    ["https://lb.example/login", "https://lb.example/acme-web/login"],
    ["//other/login", "//other/login"],
    ["login", "login"],
  ]) {
    expect((await go(given!)).location).toBe(prefixed);
  }
});

test("in domain mode the app's redirects and cookies pass as they are", async () => {
  const gateway = await startReadyGateway(await redirecting());
  const { headers } = await send(gateway.port, "/?to=/login");
  expect([headers.location, headers["set-cookie"]]).toEqual(["/login", ["a=1; Path=/", "b=2"]]);
});

test("an app that keeps the prefix sees it in its path and not in a header, and its answers pass as they are", async () => {
  const web = { stripPrefix: "/acme-web", keepPrefix: true };
  const gateway = await startReadyGateway(await mirror(), { web });
  const headers = { "x-forwarded-prefix": "/forged" };
  expect((await send(gateway.port, "/acme-web/x?y", { headers })).text).toBe('["/acme-web/x?y",null]');
  expect((await send(gateway.port, "/acme-web?a=1")).headers.location).toBe("/acme-web/?a=1");
  for (const path of ["/", "/other/", "/acme-webx", "/acme-web/_slipway/x", "/acme-web/%5fslipway"]) {
    expect((await send(gateway.port, path)).status).toBe(404);
  }

  const other = await startReadyGateway(await redirecting(), { web });
  const answer = await send(other.port, "/acme-web/?to=/login");
  expect([answer.headers.location, answer.headers["set-cookie"]]).toEqual(["/login", ["a=1; Path=/", "b=2"]]);
});
