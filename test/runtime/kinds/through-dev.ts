import { join } from "node:path";
import { CliProcess } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { AppsAlone } from "./alone";
import { conformance } from "./conformance";
import { copyExample, type Example, setDomain } from "./example";
import { pythonFor } from "./python";

const CACHE = join(__dirname, "../../../node_modules/.cache/slipway-test/kinds");

/** The first run makes Python environments. */
const SETUP_MS = 600_000;

interface Mode {
  readonly name: string;
  readonly domain?: string;
}

export const PATH_MODE: Mode = { name: "path mode" };
export const DOMAIN_MODE: Mode = { name: "domain mode", domain: "apps.example.com" };

export interface ThroughDev {
  /** The copy: always in the same folder, so that its Python environments are made once. */
  readonly folder?: string;
  readonly modes?: readonly Mode[];
}

/** `slipway dev` in a copy of the example answers as the apps alone. */
export function conformsThroughDev<App extends string>(example: Example<App>, options: ThroughDev = {}): void {
  const { folder = join(CACHE, example.name), modes = [PATH_MODE, DOMAIN_MODE] } = options;
  const alone = new AppsAlone(example);

  beforeAll(async () => {
    copyExample(example.name, folder);
    await example.prepare?.(folder);
    await alone.start(folder, pythonFor(example, { cache: join(folder, ".slipway"), folder }));
  }, SETUP_MS);
  afterAll(() => alone.stop());

  describe.each(modes)("through slipway dev in $name", ({ domain }) => {
    let dev: CliProcess;
    let port: number;

    beforeAll(async () => {
      setDomain(folder, domain);
      port = await freePort();
      dev = new CliProcess(["dev", folder, "--port", String(port)], example.env);
      const ended = dev.exited.then((code) => {
        throw new Error(`slipway dev ended with ${code}.\n${dev.stderr.join("\n")}`);
      });
      await Promise.race([dev.line(/Ctrl-C/, SETUP_MS), ended]);
      // It serves what did start, and tells what did not.
      if (/Waiting for an edit/.test(dev.output)) throw new Error(dev.output);
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
