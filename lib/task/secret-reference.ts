/** One secret as ECS wants it, and the ARN that the execution role must be allowed to read. */
export interface SecretReference {
  readonly variable: string;
  /** `valueFrom` of the container definition. */
  readonly valueFrom: string;
  readonly resourceArn: string;
  /** Which service holds it; undefined when the ARN is known only after apply. */
  readonly service?: "secretsmanager" | "ssm";
}

const SECRET_WITH_KEY = /^(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+):([^:]+)(?:::)?$/;
/** An ARN that is a token as a whole, which only a secret's can be here: parameters have no keys. */
const TOKEN_WITH_KEY = /^(\$\{[^}]+\}):([^:]+)(?:::)?$/;

/**
 * ECS reads one key of a JSON secret from `<arn>:<key>::`: version stage and version id follow the key, and empty ones mean the current.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
 */
export function secretReference(variable: string, arn: string): SecretReference {
  const [, resourceArn, key] = SECRET_WITH_KEY.exec(arn) ?? TOKEN_WITH_KEY.exec(arn) ?? [];
  if (resourceArn && key)
    return { variable, valueFrom: `${resourceArn}:${key}::`, resourceArn, service: "secretsmanager" };
  const service = /^arn:[^:]+:(secretsmanager|ssm):/.exec(arn)?.[1] as SecretReference["service"];
  return { variable, valueFrom: arn, resourceArn: arn, ...(service ? { service } : {}) };
}
