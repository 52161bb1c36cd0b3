import { BuildError } from "./build-error";
import type { Registry } from "./builder";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
].join(", ");

const PATIENCE_MS = 30_000;

/** A registry as SLIPWAY_REGISTRY names it: `host[:port]`, with `http://` before it where it has no TLS. */
export function parseRegistry(text: string): Registry {
  const match = /^(https?:\/\/)?([a-z0-9][a-z0-9.-]*(?::\d+)?)\/?$/i.exec(text);
  if (match) return { host: match[2]!, isPlain: match[1]?.toLowerCase() === "http://" };
  throw new BuildError(`SLIPWAY_REGISTRY is ${JSON.stringify(text)}, which is no registry.`, {
    fix: "Write its host, such as registry.example:5000, with http:// before it where it has no TLS",
  });
}

/** The digest of what the registry has under a tag; undefined where it has nothing. */
export async function digestOf(
  { host, isPlain }: Registry,
  repository: string,
  tag: string,
  credentials?: Credentials,
): Promise<string | undefined> {
  const url = `${isPlain ? "http" : "https"}://${host}/v2/${repository}/manifests/${tag}`;
  const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  let response: Response;
  try {
    response = await fetch(url, {
      method: "HEAD",
      headers: { accept: MANIFESTS, ...(basic !== undefined && { authorization: `Basic ${basic}` }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new BuildError(`The registry ${host} does not answer: ${reasonOf(error)}.`, {
      fix: "Look at the network between here and the registry",
      cause: error,
    });
  }
  if (response.status === 404) return undefined;
  if (response.ok) return response.headers.get("docker-content-digest") ?? "";
  throw new BuildError(`The registry ${host} answers ${response.status} when asked for ${repository}:${tag}.`, {
    fix: "Look at the permissions of who runs this: ecr:BatchGetImage on the repository is one",
  });
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string }; message: string };
  return cause?.code ?? message;
}
