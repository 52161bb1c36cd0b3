import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Registry } from "./builder";
import type { Credentials } from "./registry";

/** Of Docker's configuration, what is not about who may do what: plugins, and where its daemon is. */
const DOCKERS_OWN = ["cli-plugins", "contexts", "buildx"];

/**
 * Runs work with builders that may use a registry. What lets them lies in a folder of its own, which only this user reads and which is
 * removed afterwards: neither the user's own configuration nor a command line ever holds it.
 */
export async function withLogin<T>(
  { host }: Registry,
  credentials: Credentials | undefined,
  env: NodeJS.ProcessEnv,
  work: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  if (credentials === undefined) return work(env);
  const folder = mkdtempSync(join(tmpdir(), "slipway-login-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const docker = env.DOCKER_CONFIG ?? join(homedir(), ".docker");
    for (const name of DOCKERS_OWN) {
      if (existsSync(join(docker, name))) symlinkSync(join(docker, name), join(folder, name));
    }
    const file = join(folder, "config.json");
    const own = readConfig(join(docker, "config.json"));
    const auth = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    const config = {
      ...own,
      auths: { ...own.auths, [host]: { auth } },
      // No helper for this host, whatever keeps the others' credentials.
      credHelpers: { ...own.credHelpers, [host]: "" },
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const auths = readConfig(
      env.REGISTRY_AUTH_FILE ?? join(env.XDG_RUNTIME_DIR ?? "", "containers", "auth.json"),
    ).auths;
    const others = join(folder, "auth.json");
    writeFileSync(others, JSON.stringify({ auths: { ...own.auths, ...auths, [host]: { auth } } }), { mode: 0o600 });
    return await work({ ...env, DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: others });
  } finally {
    process.off("exit", remove);
    remove();
  }
}

interface Config {
  readonly auths?: Readonly<Record<string, object>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

function readConfig(file: string): Config {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // There is none, or it is no builder's.
    return {};
  }
}
