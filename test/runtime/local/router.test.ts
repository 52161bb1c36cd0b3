import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { LocalError } from "../../../lib/local/local-error";
import { Router, type ServedRequest } from "../../../lib/local/router";
import { open, send } from "./http";
import { until } from "./waiting";

const closing: Array<() => Promise<unknown> | unknown> = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** A task that answers with its name and what reached it. */
function echo(name: string): Promise<number> {
  return listen((request, response) => {
    response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
  });
}

async function startRouter(onRequest?: (request: ServedRequest) => void): Promise<Router> {
  const router = await Router.listen({ port: 0, onRequest });
  closing.push(() => router.close());
  return router;
}

/** The addresses of loopback that this machine has. */
const LOOPBACK = ["127.0.0.1", "::1"].filter((wanted) =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === wanted)),
);

const DOMAIN_RULES = [
  { priority: 20, hosts: ["acme--web.example.com"], paths: [], target: "acme/web" },
  { priority: 10, hosts: ["acme--web.example.com"], paths: ["/admin/*"], target: "acme/admin" },
];
const PATH_RULES = [{ priority: 5, hosts: [], paths: ["/acme-web", "/acme-web/*"], target: "acme/web" }];
const WEB = { target: "acme/web", label: "acme-web", method: "POST", docs: true };

describe("rules", () => {
  test("the rule with the lowest priority number that matches host and path decides", async () => {
    const router = await startRouter();
    router.setRules(DOMAIN_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    router.setTarget("acme/admin", { port: await echo("admin") });
    const host = "acme--web.example.com";

    const web = await send({ port: router.port, host, path: "/x?y=1" });
    const admin = await send({ port: router.port, host, path: "/admin/users" });

    expect(JSON.parse(web.text)).toMatchObject({ name: "web", url: "/x?y=1" });
    expect(JSON.parse(admin.text)).toMatchObject({ name: "admin", url: "/admin/users" });
  });

  test("rules that change while it serves decide about the next request, on the same connection too", async () => {
    const router = await startRouter();
    router.setTarget("acme/web", { port: await echo("web") });
    router.setTarget("acme/admin", { port: await echo("admin") });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    closing.push(() => agent.destroy());
    const ask = async () => JSON.parse((await send({ port: router.port, path: "/x", agent })).text).name;

    router.setRules([{ priority: 1, hosts: [], paths: ["/x"], target: "acme/web" }]);
    expect(await ask()).toBe("web");
    router.setRules([{ priority: 1, hosts: [], paths: ["/x"], target: "acme/admin" }]);
    expect(await ask()).toBe("admin");
  });

  test("what no rule matches gets the listener's default answer", async () => {
    const router = await startRouter();
    router.setRules(DOMAIN_RULES);

    const { status, text } = await send({ port: router.port, host: "other.example.com" });

    expect([status, text]).toEqual([404, "No endpoint at this address.\n"]);
  });

  test("a function without a running task is 503 with its name, and 502 when the task is gone", async () => {
    const router = await startRouter();
    router.setRules(PATH_RULES);

    const without = await send({ port: router.port, path: "/acme-web/" });
    expect([without.status, without.headers["retry-after"]]).toEqual([503, "1"]);
    expect(without.text).toContain("acme/web has no running task");

    const unused = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => unused.once("listening", resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    router.setTarget("acme/web", { port });
    expect((await send({ port: router.port, path: "/acme-web/" })).status).toBe(502);
  });
});

describe("local names", () => {
  test.each(["acme-web", "acme-web-dev"])("%s.localhost stands for the deployed host", async (name) => {
    const router = await startRouter();
    router.setEndpoints([WEB]);
    router.setRules(DOMAIN_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    const host = `${name}.localhost:${router.port}`;

    const answer = JSON.parse((await send({ port: router.port, host, path: "/x" })).text);

    // The app sees the name that the client used: its redirects must lead back here.
    expect(answer).toMatchObject({ name: "web", url: "/x", headers: { host } });
  });

  test("in path mode a local name stands for the path prefix, once", async () => {
    const router = await startRouter();
    router.setEndpoints([WEB]);
    router.setRules(PATH_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    const ask = async (host: string, path: string) =>
      JSON.parse((await send({ port: router.port, host, path })).text).url;

    expect(await ask("acme-web-dev.localhost", "/?a=1")).toBe("/acme-web/?a=1");
    expect(await ask("ACME-WEB.localhost", "/docs")).toBe("/acme-web/docs");
    // Links that the app made hold the prefix already.
    expect(await ask("acme-web-dev.localhost", "/acme-web/openapi.json")).toBe("/acme-web/openapi.json");
    expect(await ask("localhost", "/acme-web/x")).toBe("/acme-web/x");
  });

  test("a label that ends in -dev is itself, whatever stands for another one", async () => {
    const router = await startRouter();
    router.setEndpoints([WEB, { target: "acme/two", label: "acme-web-dev" }]);
    router.setRules([...PATH_RULES, { priority: 6, hosts: [], paths: ["/acme-web-dev/*"], target: "acme/two" }]);
    router.setTarget("acme/web", { port: await echo("web") });
    router.setTarget("acme/two", { port: await echo("two") });

    const { text } = await send({ port: router.port, host: "acme-web-dev.localhost" });

    expect(JSON.parse(text).name).toBe("two");
  });
});

describe("as a load balancer", () => {
  test("the client is appended to X-Forwarded-For, and protocol, port and trace are set", async () => {
    const router = await startRouter();
    router.setRules(PATH_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    const headers = { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https", "x-forwarded-port": "443" };

    const { text } = await send({ port: router.port, path: "/acme-web/", headers });

    const seen = JSON.parse(text).headers;
    expect(seen["x-forwarded-for"]).toBe("203.0.113.7, 127.0.0.1");
    expect(seen["x-forwarded-proto"]).toBe("http");
    expect(seen["x-forwarded-port"]).toBe(String(router.port));
    expect(seen["x-amzn-trace-id"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  });

  test("Slipway's own headers pass, which are between the client and the gateway", async () => {
    const router = await startRouter();
    const port = await listen((request, response) => {
      response.setHeader("x-slipway-origin", "gateway").end(request.headers["x-slipway-timing"]);
    });
    router.setRules([{ priority: 1, target: "acme/web", hosts: ["web.acme.test"], paths: [] }]);
    router.setTarget("acme/web", { port });
    const headers = { "x-slipway-timing": "1" };
    const answer = await send({ port: router.port, host: "web.acme.test", path: "/", headers });
    expect([answer.text, answer.headers["x-slipway-origin"]]).toEqual(["1", "gateway"]);
  });

  test("a trace that has a root keeps it and gets this hop as Self", async () => {
    const router = await startRouter();
    router.setRules(PATH_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    const inbound = "Root=1-67891233-abcdef012345678912345678;CalledFrom=app";

    const { text } = await send({ port: router.port, path: "/acme-web/", headers: { "x-amzn-trace-id": inbound } });

    expect(JSON.parse(text).headers["x-amzn-trace-id"]).toMatch(
      /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;CalledFrom=app$/,
    );
  });

  test("an answer streams: each chunk is there before the next is written", async () => {
    const router = await startRouter();
    router.setRules(PATH_RULES);
    let next: (chunk: string) => void = () => {};
    router.setTarget("acme/web", {
      port: await listen((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.flushHeaders();
        next = (chunk) => (chunk === "" ? response.end() : response.write(chunk));
      }),
    });

    const answer = await open({ port: router.port, path: "/acme-web/" });
    const chunks = answer.setEncoding("utf8")[Symbol.asyncIterator]();
    for (const chunk of ["data: 1\n\n", "data: 2\n\n"]) {
      next(chunk);
      expect((await chunks.next()).value).toBe(chunk);
    }
    next("");
    expect((await chunks.next()).done).toBe(true);
  });

  test("a request body streams to the task, and a client that leaves is told to it", async () => {
    const served: ServedRequest[] = [];
    const router = await startRouter((request) => served.push(request));
    router.setRules(PATH_RULES);
    let left = false;
    let body = "";
    router.setTarget("acme/web", {
      port: await listen((request, response) => {
        request.setEncoding("utf8").on("data", (chunk) => {
          body += chunk;
        });
        response.once("close", () => {
          left = true;
        });
      }),
    });

    const outgoing = request({
      host: "127.0.0.1",
      port: router.port,
      path: "/acme-web/up?q=1",
      method: "POST",
      agent: false,
    });
    outgoing.on("error", () => {});
    outgoing.write("first");
    await until("the first chunk", () => body === "first");
    outgoing.destroy();

    await until("the task sees that the client left", () => left);
    const [seen] = await until("the request is told", () => served.length > 0 && served);
    expect(seen).toMatchObject({ target: "acme/web", method: "POST", path: "/acme-web/up", status: undefined });
  });

  test("another task gets the next request, and the one before finishes what it has", async () => {
    const router = await startRouter();
    router.setRules(PATH_RULES);
    let finish = () => {};
    router.setTarget("acme/web", {
      port: await listen((_, response) => {
        response.write("old ");
        finish = () => response.end("done");
      }),
    });
    const slow = await open({ port: router.port, path: "/acme-web/slow" });

    router.setTarget("acme/web", { port: await echo("new") });
    expect(JSON.parse((await send({ port: router.port, path: "/acme-web/" })).text).name).toBe("new");
    finish();

    let text = "";
    for await (const chunk of slow.setEncoding("utf8")) text += chunk;
    expect(text).toBe("old done");
  });
});

describe("the list of endpoints", () => {
  test("is a page at the root of localhost, or JSON for who asks for it", async () => {
    const router = await startRouter();
    router.setEndpoints([WEB, { target: "acme/<b>", label: "acme-b" }]);
    router.setRules(PATH_RULES);
    router.setTarget("acme/web", { port: await echo("web") });
    const url = `http://acme-web-dev.localhost:${router.port}/`;

    const page = await send({ port: router.port });
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.text).toContain(`<a href="${url}">`);
    expect(page.text).toContain(`<a href="${url}docs">docs</a>`);
    expect(page.text).toContain("acme/&#60;b&#62;");

    const json = await send({ port: router.port, headers: { accept: "application/json" } });
    expect(JSON.parse(json.text)).toEqual({
      endpoints: [
        { name: "acme/web", method: "POST", url, docs: `${url}docs`, running: true },
        { name: "acme/<b>", url: `http://acme-b-dev.localhost:${router.port}/`, running: false },
      ],
    });
  });

  test("gives way to a rule for the root", async () => {
    const router = await startRouter();
    router.setRules([{ priority: 1, hosts: [], paths: [], target: "acme/web" }]);
    router.setTarget("acme/web", { port: await echo("web") });

    expect(JSON.parse((await send({ port: router.port })).text).name).toBe("web");
  });
});

describe("the port", () => {
  test.each(LOOPBACK)("answers on %s", async (address) => {
    const router = await startRouter();
    expect((await send({ port: router.port, address })).status).toBe(200);
  });

  test.each(LOOPBACK)("that is taken at %s is an error with the port and another one", async (address) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, address, resolve));
    closing.push(() => other.close());
    const { port } = other.address() as AddressInfo;

    const error = await Router.listen({ port }).catch((error) => error);

    expect(error).toBeInstanceOf(LocalError);
    expect(error.message).toBe(`Port ${port} is taken by another program.`);
    expect(error.fix).toMatch(/^Use another one: --port \d+$/);
  });

  test("is free again once the router is closed, whoever is still connected", async () => {
    const router = await Router.listen({ port: 0 });
    const { port } = router;
    router.setRules(PATH_RULES);
    router.setTarget("acme/web", { port: await listen((_, response) => response.write("…")) });
    const hanging = await open({ port, path: "/acme-web/" });
    hanging.on("error", () => {});

    await router.close();

    const again = await Router.listen({ port });
    expect(again.port).toBe(port);
    await again.close();
  });
});
