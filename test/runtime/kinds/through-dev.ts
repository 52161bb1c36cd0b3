import { join } from "node:path";
import { CliProcess } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { AppsAlone } from "./alone";
import { conformance } from "./conformance";
import { copyExample, type Example, setDomain } from "./example";
import { pythonFor } from "./python";

const CACHE = join(__dirname, "../../../node_modules/.cache/slipway-test/kinds");

/** The first run makes Python environments. */
const SETUP_MS = 300_000;

interface Mode {
  readonly name: string;
  readonly domain?: string;
}

const MODES: readonly Mode[] = [{ name: "path mode" }, { name: "domain mode", domain: "apps.example.com" }];

/** `slipway dev` in a copy of the example, in both modes, answers as the apps alone. */
export function conformsThroughDev<App extends string>(example: Example<App>): void {
  // Always the same folder: its Python environments are made once.
  const folder = join(CACHE, example.name);
  const alone = new AppsAlone(example);

  beforeAll(async () => {
    copyExample(example.name, folder);
    await example.givePorts?.(folder);
    await alone.start(folder, pythonFor(example, { cache: join(folder, ".slipway"), folder }));
  }, SETUP_MS);
  afterAll(() => alone.stop());

  describe.each(MODES)("through slipway dev in $name", ({ domain }) => {
    let dev: CliProcess;
    let port: number;

    beforeAll(async () => {
      setDomain(folder, domain);
      port = await freePort();
      dev = new CliProcess(["dev", folder, "--port", String(port)]);
      const ended = dev.exited.then((code) => {
        throw new Error(`slipway dev ended with ${code}.\n${dev.stderr.join("\n")}`);
      });
      await Promise.race([dev.line(/Ctrl-C/, SETUP_MS), ended]);
    }, SETUP_MS);
    afterAll(async () => {
      dev.signal("SIGINT");
      await dev.exited;
      await dev.end();
    });

    conformance(example, alone, (app) => ({
      port,
      host: `${example.label(app)}-dev.localhost:${port}`,
      base: "",
      prefix: domain ? "" : `/${example.label(app)}`,
    }));
  });
}
