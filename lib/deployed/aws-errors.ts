import { DeployedError } from "./deployed-error";

/** What the SDK's credential providers, the services of the JSON protocols and those of the query protocol call one thing. */
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|UnauthorizedSSOTokenError)$/;
const NOT_ACCEPTED =
  /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature(Exception)?|MissingAuthenticationToken(Exception)?)$/;
const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation)$/;

const SIGN_IN =
  "Sign in (aws sso login, or aws configure), or name a profile: --profile <name>, or the variable AWS_PROFILE.";

/** Access denied: which IAM action is missing. */
export class DeniedError extends DeployedError {
  constructor(
    readonly action: string,
    said: string,
    cause: unknown,
  ) {
    super(`AWS does not let you ask for ${action}: ${said}`, {
      fix: `Add ${action} to what your user or role may do, or take another profile: --profile <name>`,
      cause,
    });
  }
}

interface Asked {
  /** The IAM action: `ecs:DescribeServices`. */
  readonly action: string;
  readonly region: string;
  /** The one that was named. */
  readonly profile?: string;
}

/** What went wrong with a request, for a person; what is an answer of the service's own, such as "no such cluster", stays what it is. */
export function awsError(error: unknown, { action, region, profile }: Asked): unknown {
  if (!(error instanceof Error) || error instanceof DeployedError) return error;
  const { name, message } = error;
  const tell = (text: string, fix: string) => new DeployedError(text, { fix, cause: error });
  if (NO_CREDENTIALS.test(name)) {
    return tell(
      `There are no AWS credentials${profile ? ` in the profile "${profile}"` : ""}: ${sentence(message)}`,
      SIGN_IN,
    );
  }
  if (EXPIRED.test(name)) return tell(`Your AWS credentials have expired: ${sentence(message)}`, SIGN_IN);
  if (NOT_ACCEPTED.test(name)) return tell(`AWS does not accept your credentials: ${sentence(message)}`, SIGN_IN);
  if (DENIED.test(name)) return new DeniedError(action, sentence(message), error);
  const { code, $fault, $metadata } = error as AwsException;
  if (code !== undefined || /^(TimeoutError|AbortError)$/.test(name)) {
    return tell(`AWS did not answer ${action} in ${region}: ${sentence(message || code!)}`, "Check the network.");
  }
  const status = $metadata?.httpStatusCode ?? 0;
  if (/Throttl|TooManyRequests|RequestLimitExceeded/.test(name) || status >= 500 || $fault === "server") {
    return tell(`AWS did not answer ${action}: ${name}: ${sentence(message)}`, "Try again in a minute.");
  }
  return error;
}

interface AwsException extends Error {
  /** Of an error of the network. */
  readonly code?: string;
  readonly $fault?: "client" | "server";
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function sentence(text: string): string {
  const first = text.trim().split("\n")[0]!;
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
