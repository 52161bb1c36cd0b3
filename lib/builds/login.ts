import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Registry } from "./builder";
import type { Credentials } from "./registry";
import { withTemporaryFolder } from "./temporary-folder";

/** Of Docker's configuration, what is not about who may do what: plugins, and where its daemon is. */
const DOCKERS_OWN = ["cli-plugins", "contexts", "buildx"];

/**
 * Runs work with builders that may use a registry. What lets them lies in a folder of its own for as long as that takes: neither the user's own configuration nor a command line ever holds it.
 */
export async function withLogin<T>(
  { host }: Registry,
  credentials: Credentials | undefined,
  env: NodeJS.ProcessEnv,
  work: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  if (credentials === undefined) return work(env);
  return withTemporaryFolder("slipway-login-", async (folder) => {
    const docker = env.DOCKER_CONFIG ?? join(homedir(), ".docker");
    for (const name of DOCKERS_OWN) {
      if (existsSync(join(docker, name))) symlinkSync(join(docker, name), join(folder, name));
    }
    const own = readConfig(join(docker, "config.json"));
    const auth = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
    const forDocker = {
      ...own,
      auths: { ...own.auths, [host]: { auth } },
      // No helper for this host, whatever keeps the others' credentials.
      credHelpers: { ...own.credHelpers, [host]: "" },
    };
    writeFileSync(join(folder, "config.json"), JSON.stringify(forDocker), { mode: 0o600 });
    const known = readConfig(env.REGISTRY_AUTH_FILE ?? join(env.XDG_RUNTIME_DIR ?? "", "containers", "auth.json"));
    const forOthers = { auths: { ...own.auths, ...known.auths, [host]: { auth } } };
    const file = join(folder, "auth.json");
    writeFileSync(file, JSON.stringify(forOthers), { mode: 0o600 });
    return work({ ...env, DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file });
  });
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
