import { packageVersion } from "../../../lib/package";
import { gatewayConfig, spawnGateway } from "./gateway-process";
import { send, startApp, stopEverything } from "./loopback";

afterEach(stopEverything);

const [major, minor, patch] = packageVersion().split(".").map(Number) as [number, number, number];
const BEFORE = minor > 0 ? `${major}.${minor - 1}.0` : `${major - 1}.99.0`;
const NEXT = `${major}.${minor + 1}.0`;

/** A gateway whose configuration was written by that version of the library, with keys that this one does not have. */
async function startedBy(library: string | undefined, own: object = {}) {
  const app = await startApp((_request, response) => void response.end("served"));
  const config = await gatewayConfig(app.port);
  const { web, drain } = config;
  const written = {
    ...config,
    ...(library && { library }),
    web: { ...web, gate: { ...web.gate, ...own } },
    drain,
    ...own,
  };
  return { gateway: spawnGateway(config, JSON.stringify(written)), port: config.listen.port };
}

test("a configuration that the next version wrote is served, and what this one does without is said in one line", async () => {
  const { gateway, port } = await startedBy(NEXT, { novel: { deep: 1 } });
  await gateway.logged("ready");
  expect((await send(port, "/")).body.toString()).toBe("served");
  expect(gateway.log.filter(({ event }) => event === "version_skew")).toEqual([
    expect.objectContaining({
      level: "warn",
      gateway: packageVersion(),
      library: NEXT,
      ignored: ["web.gate.novel", "novel"],
    }),
  ]);
});

test.each([
  ["the version before, which knew less", BEFORE, 1],
  ["a patch of the same version", `${major}.${minor}.${patch + 1}`, 0],
  ["the same version", packageVersion(), 0],
  ["a version that did not say which it was", undefined, 0],
])("a configuration of %s is served", async (_name, library, lines) => {
  const { gateway, port } = await startedBy(library);
  await gateway.logged("ready");
  expect((await send(port, "/")).body.toString()).toBe("served");
  expect(gateway.log.filter(({ event }) => event === "version_skew")).toHaveLength(lines);
});

test("a key that the same version does not know is refused: nobody else can have meant it", async () => {
  const { gateway } = await startedBy(packageVersion(), { novel: 1 });
  expect(await gateway.exited).toMatchObject({ code: 78 });
  expect(gateway.stderr).toContain("web.gate.novel: unknown key");
});

test("a configuration of another form is refused whatever its version: it may say who is to be kept out", async () => {
  const { gateway } = await startedBy(NEXT, { version: 2 });
  expect(await gateway.exited).toMatchObject({ code: 78 });
  expect(gateway.stderr).toContain("version: ");
});
