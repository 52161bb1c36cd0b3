import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { BuildError } from "./build-error";
import type { Registry } from "./builder";
import type { Credentials } from "./registry";

/** The account's own registry, and twelve hours of access to it. */
export async function loginToEcr(region: string): Promise<{ registry: Registry; credentials: Credentials }> {
  // What versions of Node the SDK will drop is nothing that a user of this command can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new ECRClient({ region });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const { authorizationToken = "", proxyEndpoint = "" } = authorizationData?.[0] ?? {};
    const [username = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":", 2);
    return { registry: { host: new URL(proxyEndpoint).host, isPlain: false }, credentials: { username, password } };
  } catch (error) {
    throw new BuildError(`AWS gives no access to the ECR of ${region}: ${(error as Error).message}`, {
      fix: "Look at the credentials and the permissions of who runs this: ecr:GetAuthorizationToken is the first that it takes",
      cause: error,
    });
  } finally {
    client.destroy();
  }
}
