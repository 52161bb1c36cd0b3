import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withLogin } from "../../../lib/builds/login";

const REGISTRY = { host: "123456789012.dkr.ecr.us-east-1.amazonaws.com", isPlain: false };
const CREDENTIALS = { username: "AWS", password: "twelve hours" };
const AUTH = Buffer.from("AWS:twelve hours").toString("base64");

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "slipway-docker-"));
  mkdirSync(join(home, "contexts"));
  const own = { auths: { "ghcr.io": { auth: "own" } }, credsStore: "desktop", currentContext: "colima" };
  writeFileSync(join(home, "config.json"), JSON.stringify(own));
});

afterEach(() => rmSync(home, { recursive: true }));

const login = <T>(work: (env: NodeJS.ProcessEnv) => Promise<T>) =>
  withLogin(REGISTRY, CREDENTIALS, { DOCKER_CONFIG: home }, work);

test("a builder may use the registry for as long as the work takes, and nothing of that is left", async () => {
  const files = await login(async ({ DOCKER_CONFIG, REGISTRY_AUTH_FILE }) => {
    const all = [join(DOCKER_CONFIG!, "config.json"), REGISTRY_AUTH_FILE!];
    for (const file of all) {
      expect(JSON.parse(readFileSync(file, "utf8")).auths).toMatchObject({ [REGISTRY.host]: { auth: AUTH } });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    return all;
  });
  expect(files.filter(existsSync)).toEqual([]);
  expect(readFileSync(join(home, "config.json"), "utf8")).not.toContain(AUTH);
});

test("what the user's Docker knows is known to the builder too: other registries, its context, who keeps credentials", async () => {
  await login(async ({ DOCKER_CONFIG }) => {
    expect(JSON.parse(readFileSync(join(DOCKER_CONFIG!, "config.json"), "utf8"))).toMatchObject({
      auths: { "ghcr.io": { auth: "own" } },
      credsStore: "desktop",
      credHelpers: { [REGISTRY.host]: "" },
      currentContext: "colima",
    });
    expect(existsSync(join(DOCKER_CONFIG!, "contexts"))).toBe(true);
  });
  expect(existsSync(join(home, "contexts"))).toBe(true);
});

test("nothing is left when the work fails, either", async () => {
  let folder = "";
  const failing = login(async ({ DOCKER_CONFIG }) => {
    folder = DOCKER_CONFIG!;
    throw new Error("no space");
  });
  await expect(failing).rejects.toThrow("no space");
  expect(existsSync(folder)).toBe(false);
});

test("a registry that asks for nothing leaves the environment as it is", async () => {
  const env = { PATH: "/bin" };
  expect(await withLogin(REGISTRY, undefined, env, async (given) => given)).toBe(env);
});
