import { Router } from "../../../lib/local/router";
import { startReadyGateway } from "./gateway-process";
import { onStop, stopEverything } from "./loopback";
import { PYTHON_SETUP_MS, PythonProcess, testPython } from "./python-process";
import { runWebSocketTrials, WEBSOCKET_SCENARIOS, type WebSocketTrials } from "./websocket-scenarios";

const TRIALS = 10;

let ways: Record<string, WebSocketTrials[]>;

/** One client after the other: to the server itself, and to what stands in front of it. */
beforeAll(async () => {
  await testPython();
  const server = await PythonProcess.start("websocket_server.py");
  const serverPort = Number(await server.line(1));
  const gateway = await startReadyGateway({ port: serverPort });
  const inPathMode = await startReadyGateway({ port: serverPort }, { web: { stripPrefix: "/acme-web" } });

  const router = await Router.listen({ port: 0 });
  onStop(() => router.close());
  router.setEndpoints([{ target: "acme/web", label: "acme-web" }]);
  router.setRules([{ priority: 1, hosts: [], paths: ["/acme-web", "/acme-web/*"], target: "acme/web" }]);
  router.setTarget("acme/web", { port: inPathMode.port });

  const trials = (host: string, port: number) => runWebSocketTrials({ host, port, serverPort, trials: TRIALS });
  ways = {
    direct: await trials("shop.example", serverPort),
    "through the gateway": await trials("shop.example", gateway.port),
    "in path mode": await trials("shop.example/acme-web", inPathMode.port),
    "through the router": await trials(`acme-web-dev.localhost:${router.port}`, router.port),
  };
}, PYTHON_SETUP_MS);

afterAll(stopEverything);

test.each(WEBSOCKET_SCENARIOS)("$sentence: with the gateway, with the router and without", ({ name, expected }) => {
  for (const [way, trials] of Object.entries(ways)) {
    const seen = trials.find(({ scenario }) => scenario.name === name);
    expect({ way, outcomes: seen?.outcomes }).toEqual({ way, outcomes: [{ outcome: expected, count: TRIALS }] });
  }
});
