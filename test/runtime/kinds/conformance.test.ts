import { CliProcess } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { type AppName, AppsAlone } from "./alone";
import type { Address, Client } from "./client";
import { curl, hasCurl } from "./curl-client";
import { below, comparable } from "./expected";
import { node } from "./node-client";
import { echo, httpx } from "./python-client";
import { REQUESTS } from "./requests";
import { copyWebKinds, setDomain } from "./web-kinds";

/** The first run makes Python environments. */
const SETUP_MS = 300_000;

const APPS = Object.keys(REQUESTS) as AppName[];

const CLIENTS: readonly Client[] = [...(hasCurl() ? [curl] : []), httpx, node];

const alone = new AppsAlone();
let folder: string;
beforeAll(async () => {
  folder = copyWebKinds({ files: await freePort(), node: await freePort() });
  await alone.start(folder, { site: pathPrefix("site") });
}, SETUP_MS);
afterAll(() => alone.stop());

const pathPrefix = (app: AppName) => `/web-${app}`;

interface Mode {
  readonly name: string;
  readonly domain?: string;
  /** What path mode puts before an endpoint's paths. */
  prefix(app: AppName): string;
}

const MODES: readonly Mode[] = [
  { name: "path mode", prefix: pathPrefix },
  { name: "domain mode", domain: "apps.example.com", prefix: () => "" },
];

describe.each(MODES)("through slipway dev in $name", ({ domain, prefix }) => {
  let dev: CliProcess;
  let port: number;

  beforeAll(async () => {
    setDomain(folder, domain);
    port = await freePort();
    dev = new CliProcess(["dev", folder, "--port", String(port)]);
    await dev.line(/Ctrl-C/, SETUP_MS);
  }, SETUP_MS);
  afterAll(async () => {
    dev.signal("SIGINT");
    await dev.exited;
    await dev.end();
  });

  const hostOf = (app: AppName) => `web-${app}-dev.localhost:${port}`;
  const through = (app: AppName): Address => ({ port, host: hostOf(app) });

  describe.each(APPS)("%s gives", (app) => {
    test.each(CLIENTS)("$name what the app alone gives", async ({ exchange }) => {
      const { port: itsOwn, mountedAt } = alone.find(app, prefix(app));
      const mounted = REQUESTS[app].map((request) => ({ ...request, path: mountedAt + request.path }));
      const [got, expected] = await Promise.all([
        exchange(through(app), REQUESTS[app]),
        exchange({ port: itsOwn, host: hostOf(app) }, mounted),
      ]);
      const alike = expected.map((answer) => below(prefix(app), hostOf(app), answer));
      expect(got.map(comparable).map(named(app))).toEqual(alike.map(comparable).map(named(app)));
    });
  });

  test.each(CLIENTS)("$name reads each event before the next one is sent", async ({ lines }) => {
    const events = (await lines(through("api"), "/events?count=4&seconds=0.4")).filter(([, line]) =>
      /^data: /.test(line),
    );
    expect(events).toHaveLength(4);
    const sentAt = events.map(([, line]) => Number(line.slice("data: ".length)));
    for (const [i, [readAt]] of events.slice(0, -1).entries()) expect(readAt).toBeLessThan(sentAt[i + 1]!);
  });

  test("a WebSocket echoes small and large messages, answers pings, and closes with 1000", async () => {
    const messages = ["", "one", "zwölf", "x".repeat(300_000)];
    expect(await echo(through("api"), "/echo", messages)).toEqual({ received: messages, pong: true, closed: 1000 });
  });
});

/** A difference shows which request it is about. */
function named(app: AppName): <T>(answer: T, i: number) => readonly [string, T] {
  return (answer, i) => [`${REQUESTS[app][i]!.method} ${REQUESTS[app][i]!.path}`, answer];
}
