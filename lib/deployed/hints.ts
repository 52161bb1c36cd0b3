interface Hint {
  readonly when: RegExp;
  readonly fix: string;
}

/**
 * What to do about what ECS says; of several that fit the first.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
const HINTS: readonly Hint[] = [
  {
    when: /exec format error/i,
    fix: "Build the image for the endpoint's architecture: docker build --platform linux/amd64, or linux/arm64.",
  },
  {
    when: /CannotPullContainer.*(platform|manifest does not contain descriptor)/is,
    fix: "Build the image for the endpoint's architecture: docker build --platform linux/amd64, or linux/arm64.",
  },
  {
    // A tag as the deploy gives them.
    when: /CannotPullContainer.*[0-9a-f]{32}-(x86_64|arm64).*(not found|manifest unknown|does not exist)/is,
    fix: "Put the image back that somebody removed from ECR: npx cdktf synth && npx slipway images push.",
  },
  {
    when: /CannotPullContainer.*(not found|manifest unknown|does not exist)/is,
    fix: "Push the image, or correct the prop image: there is none of this name and tag.",
  },
  {
    when: /CannotPullContainer.*(denied|forbidden|unauthorized|no basic auth)/is,
    fix: "Let the task pull the image: the registry's policy refuses its execution role.",
  },
  {
    when: /ResourceInitializationError.*(retrieve secrets? from|cannot pull secrets|invalid ssm parameters)/is,
    fix: "Check the prop secrets: each ARN has to exist, its KMS key has to admit the execution role, and the subnets have to reach it.",
  },
  {
    when: /CannotPullContainer|ResourceInitializationError.*(registry auth|i\/o timeout|connection issue|deadline)/is,
    fix: "Let the private subnets reach the registry: by a NAT gateway, or by VPC endpoints for ECR and S3.",
  },
  { when: /OutOfMemory/i, fix: "Raise the prop memory, or lower what one container works on at a time." },
  {
    when: /failed ELB health checks|is unhealthy in \(target-group/i,
    fix: "The app did not become ready, or stopped answering: the log lines say which. Slow starts need a longer startupTimeout.",
  },
  {
    when: /limit on the number of vCPUs/i,
    fix: "Ask for more Fargate vCPUs in Service Quotas, or lower maxContainers.",
  },
  {
    when: /Capacity is unavailable/i,
    fix: "AWS has no such capacity just now, and ECS keeps trying. With spot: true, on-demand capacity is the way out.",
  },
  {
    when: /unable to assume the (service linked )?role|not authorized to perform/i,
    fix: "Deploy again: a role or policy that the service needs is missing.",
  },
  {
    when: /security group .* does not exist|subnet .* does not exist/i,
    fix: "Deploy again: a part of the network is gone.",
  },
];

const LOG_HINTS: readonly Hint[] = [
  {
    when: /No module named '?slipway'?$/,
    fix: "Install the slipway package in the image: Image…addSlipway(), or in a Dockerfile of your own as docs/deploy.md has it.",
  },
  {
    when: /exec format error/i,
    fix: "Build the image for the endpoint's architecture: docker build --platform linux/amd64, or linux/arm64.",
  },
  {
    when: /Read-only file system/,
    fix: "Write below /tmp, which every image that is built here can; or set readOnlyRoot: false.",
  },
];

/** What to do about what a container's last lines say. */
export function hintsForLines(lines: readonly string[]): string[] {
  return advice(LOG_HINTS, lines);
}

/** What to do about these messages, each advice once. */
export function hintsFor(messages: readonly string[]): string[] {
  return advice(HINTS, messages);
}

function advice(hints: readonly Hint[], messages: readonly string[]): string[] {
  const fixes = messages.flatMap((message) => hints.find(({ when }) => when.test(message))?.fix ?? []);
  return [...new Set(fixes)];
}
