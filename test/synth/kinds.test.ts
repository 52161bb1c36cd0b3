import { AsgiApp, Platform, WebServer, WsgiApp } from "slipway";
import { type Config, DOMAIN, newStack, PLATFORM, Synthesized } from "./stacks";

const FEWEST = { app: "shop", image: "registry.acme.com/shop:1" };

function kinds(platformProps: object) {
  const stack = newStack();
  const platform = new Platform(stack, "platform", { ...PLATFORM, ...platformProps });
  new AsgiApp(stack, "api", { ...FEWEST, platform, handler: "api:app" });
  new WsgiApp(stack, "site", { ...FEWEST, platform, handler: "site:app", spot: true });
  new WebServer(stack, "ui", { ...FEWEST, platform, command: ["node", "server.js"], port: 3000 });
  new WebServer(stack, "board", {
    ...FEWEST,
    platform,
    command: ["board"],
    port: 3000,
    basePath: "keep",
    healthPath: "/up",
  });
  return { stack, synthesized: new Synthesized(stack) };
}

const pathMode = kinds({});
const domainMode = kinds(DOMAIN);

function containers({ synthesized }: typeof pathMode, id: string) {
  const [app, gateway] = JSON.parse(synthesized.one("aws_ecs_task_definition", `${id}_`).container_definitions);
  const variables = Object.fromEntries(
    app.environment.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  return { app, variables, config: JSON.parse(gateway.environment[0].value) };
}

test("every kind is the same resources: what differs is in the container", () => {
  const perEndpoint = pathMode.synthesized.types.filter(
    (type) => pathMode.synthesized.all(type).length % 4 === 0 && pathMode.synthesized.all(type).length > 0,
  );
  expect(perEndpoint).toEqual(
    expect.arrayContaining([
      "aws_ecs_service",
      "aws_ecs_task_definition",
      "aws_lb_target_group",
      "aws_lb_listener_rule",
    ]),
  );
});

test("the gateway of a WebServer talks to the server's own port, and PORT says it", () => {
  const { app, variables, config } = containers(pathMode, "ui");
  expect([app.command, variables.PORT, config.upstream.port]).toEqual([["node", "server.js"], "3000", 3000]);
  expect(variables).not.toHaveProperty("PYTHONUNBUFFERED");
});

test("in path mode every app is told its base path, and with a domain none is", () => {
  expect(["api", "site", "ui"].map((id) => containers(pathMode, id).variables.SLIPWAY_BASE_PATH)).toEqual([
    "/shop-api",
    "/shop-site",
    "/shop-ui",
  ]);
  expect(containers(domainMode, "ui").variables).not.toHaveProperty("SLIPWAY_BASE_PATH");
});

test("a server that knows its base path gets its paths whole, and only in path mode", () => {
  const prefix = ({ stripPrefix, keepPrefix }: Config) => [stripPrefix, keepPrefix];
  expect(prefix(containers(pathMode, "board").config.web)).toEqual(["/shop-board", true]);
  expect(prefix(containers(pathMode, "ui").config.web)).toEqual(["/shop-ui", undefined]);
  expect(prefix(containers(domainMode, "board").config.web)).toEqual(["", undefined]);
  const healthPaths = [pathMode, domainMode].map((mode) => containers(mode, "board").config.upstream.ready.path);
  expect(healthPaths).toEqual(["/shop-board/up", "/up"]);
});

test("only path mode warns, and only of a server whose paths are stripped", () => {
  const warnings = ({ stack }: typeof pathMode) =>
    stack.node
      .findAll()
      .flatMap(({ node }) =>
        node.metadata.filter(({ type }) => type === "@cdktf/warn").map(({ data }) => [node.id, data]),
      );
  expect(
    warnings(pathMode)
      .filter(([, text]) => text.includes("$SLIPWAY_BASE_PATH"))
      .map(([id]) => id),
  ).toEqual(["ui"]);
  expect(warnings(domainMode)).toEqual([]);
});

test("spot runs the service on Fargate Spot alone", () => {
  const strategy = (id: string) =>
    pathMode.synthesized
      .one("aws_ecs_service", `${id}_`)
      .capacity_provider_strategy.map(({ capacity_provider: provider }: { capacity_provider: string }) => provider);
  expect([strategy("site"), strategy("api")]).toEqual([["FARGATE_SPOT"], ["FARGATE"]]);
});
