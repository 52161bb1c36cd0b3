import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  PutLifecyclePolicyCommand,
  RepositoryAlreadyExistsException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { expireUntagged } from "../image";
import { BuildError } from "./build-error";
import type { Registry } from "./builder";
import type { Credentials } from "./registry";

/** The account's own registry, and twelve hours of access to it. */
export async function loginToEcr(region: string): Promise<{ registry: Registry; credentials: Credentials }> {
  return withClient(region, async (client) => {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const { authorizationToken = "", proxyEndpoint = "" } = authorizationData?.[0] ?? {};
    const [username = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":", 2);
    return { registry: { host: new URL(proxyEndpoint).host, isPlain: false }, credentials: { username, password } };
  });
}

/** Makes a repository as a deploy would, unless it is there. Resolves to whether it was made. */
export async function ensureRepository(region: string, name: string, kmsKeyArn: string | null): Promise<boolean> {
  return withClient(region, async (client) => {
    try {
      await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
      return false;
    } catch (error) {
      if (!(error instanceof RepositoryNotFoundException)) throw error;
    }
    const encryption =
      kmsKeyArn === null
        ? { encryptionType: "AES256" as const }
        : { encryptionType: "KMS" as const, kmsKey: kmsKeyArn };
    try {
      await client.send(
        new CreateRepositoryCommand({
          repositoryName: name,
          imageTagMutability: "IMMUTABLE",
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfiguration: encryption,
        }),
      );
    } catch (error) {
      // Another push was faster.
      if (error instanceof RepositoryAlreadyExistsException) return false;
      throw error;
    }
    await client.send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: expireUntagged() }));
    return true;
  });
}

async function withClient<T>(region: string, work: (client: ECRClient) => Promise<T>): Promise<T> {
  // What versions of Node the SDK will drop is nothing that a user of this command can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new ECRClient({ region });
  try {
    return await work(client);
  } catch (error) {
    throw new BuildError(`AWS gives no access to the ECR of ${region}: ${(error as Error).message}`, {
      fix: "Look at the credentials and the permissions of who runs this: ecr:GetAuthorizationToken is the first that it takes, and one to make a repository ecr:CreateRepository",
      cause: error,
    });
  } finally {
    client.destroy();
  }
}
