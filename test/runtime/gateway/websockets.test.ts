import { Router } from "../../../lib/local/router";
import { startReadyGateway } from "./gateway-process";
import { onStop, stopEverything } from "./loopback";
import { PYTHON_SETUP_MS, PythonProcess, testPython } from "./python-process";

/** What the clients have seen, by scenario. */
type Seen = Record<string, unknown[]>;

let direct: Seen;
let throughGateway: Seen;
let throughPathMode: Seen;
let throughRouter: Seen;

/** One client process after the other runs all scenarios: against the server, and against what stands in front of it. */
beforeAll(async () => {
  await testPython();
  const server = await PythonProcess.start("websocket_server.py");
  const port = Number(await server.line(1));
  const gateway = await startReadyGateway({ port });
  const inPathMode = await startReadyGateway({ port }, { web: { stripPrefix: "/acme-web" } });

  const router = await Router.listen({ port: 0 });
  onStop(() => router.close());
  router.setEndpoints([{ target: "acme/web", label: "acme-web" }]);
  router.setRules([{ priority: 1, hosts: [], paths: ["/acme-web", "/acme-web/*"], target: "acme/web" }]);
  router.setTarget("acme/web", { port: inPathMode.port });

  direct = await scenarios("shop.example", port, "direct");
  throughGateway = await scenarios("shop.example", gateway.port, "gateway");
  throughPathMode = await scenarios("shop.example/acme-web", inPathMode.port, "path");
  throughRouter = await scenarios(`acme-web-dev.localhost:${router.port}`, router.port, "router");
}, PYTHON_SETUP_MS);

afterAll(stopEverything);

async function scenarios(host: string, port: number, run: string): Promise<Seen> {
  const client = await PythonProcess.start("websocket_client.py", host, String(port), run);
  return JSON.parse(await client.line(1, 60_000));
}

const CLOSES = [
  [1000, "done"],
  [1001, "going away"],
  [1011, "it broke"],
  [4000, "my own"],
];

test.each<[sentence: string, scenario: string, seen: unknown[]]>([
  ["text and bytes are echoed", "echo", [1000]],
  ["a message in fragments reaches the server in fragments", "fragments_up", ["a", "b", "", "c", ""]],
  ["a message in fragments reaches the client in fragments", "fragments_down", ["one", "two", "three", ""]],
  ["a message of 2 MiB is echoed", "two_mebibytes", [2 * 1024 * 1024, true]],
  ["both sides' pings are answered by the other side", "pings", ["ponged"]],
  [
    "the subprotocol is negotiated, Origin, cookies and the target arrive",
    "handshake",
    ["superchat", ["/handshake?a=%2F", "superchat", "https://shop.example", ["a=1; b=2"]]],
  ],
  ["a refusal has its status, challenge and body", "refused", [401, "Basic", "who are you?\n"]],
  ["the server's close codes and reasons reach the client", "closes_of_the_server", [...CLOSES, [1000, " "]]],
  ["the client's close codes and reasons reach the server", "closes_of_the_client", [...CLOSES, [1000, ""]]],
  ["a server that breaks off is an abnormal close to the client", "break_of_the_server", [1006, ""]],
  ["a client that breaks off is an abnormal close to the server", "break_of_the_client", [1006, ""]],
  ["a message right behind the 101 is never lost", "greeted_right_behind_the_answer", ["first"]],
  ["a hundred connections at once are echoed", "hundred_at_once", [100]],
])("%s, with the gateway, with the router and without", (_, scenario, seen) => {
  expect(direct[scenario]).toEqual(seen);
  expect(throughGateway[scenario]).toEqual(seen);
  expect(throughPathMode[scenario]).toEqual(seen);
  expect(throughRouter[scenario]).toEqual(seen);
});
