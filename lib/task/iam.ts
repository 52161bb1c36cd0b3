import { isToken } from "../spec/tokens";
import type { SecretReference } from "./secret-reference";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[] | string;
  readonly Resource?: readonly string[] | string;
  readonly Principal?: Readonly<Record<string, string | readonly string[]>> | "*";
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Where a stack is deployed: literals, or Terraform expressions. */
export interface AccountScope {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Only tasks of this account and region may take the role: no other account's task can be pointed at it. */
export function ecsTasksTrust({ partition, region, account }: AccountScope): Statement {
  return {
    Effect: "Allow",
    Action: "sts:AssumeRole",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:${region}:${account}:*` },
    },
  };
}

export interface ExecutionNeeds extends AccountScope {
  readonly images: readonly string[];
  /** ARNs, beside those of the images. */
  readonly repositories?: readonly string[];
  readonly logGroupArn: string;
  readonly secrets: readonly SecretReference[];
  readonly kmsKeyArn?: string;
}

/** What ECS itself needs to start the task: pull exactly these images, write to this log group, read these secrets. */
export function executionStatements(needs: ExecutionNeeds): Statement[] {
  const ofImages = needs.images.flatMap((image) => repositoryArn(image, needs));
  const repositories = [...new Set([...ofImages, ...(needs.repositories ?? [])])].sort();
  const secretArns = (service: "secretsmanager" | "ssm") =>
    [
      ...new Set(
        needs.secrets.filter((secret) => (secret.service ?? service) === service).map((secret) => secret.resourceArn),
      ),
    ].sort();
  const statements: Statement[] = [
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${needs.logGroupArn}:*`,
    },
  ];
  if (repositories.length > 0) {
    statements.push(
      { Sid: "RegistryLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      {
        Sid: "PullImages",
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: repositories,
      },
    );
  }
  const secrets = secretArns("secretsmanager");
  if (secrets.length > 0)
    statements.push({ Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets });
  const parameters = secretArns("ssm");
  if (parameters.length > 0)
    statements.push({ Sid: "Parameters", Effect: "Allow", Action: "ssm:GetParameters", Resource: parameters });
  if (needs.secrets.length > 0 && needs.kmsKeyArn) {
    statements.push({ Sid: "DecryptSecrets", Effect: "Allow", Action: "kms:Decrypt", Resource: needs.kmsKeyArn });
  }
  return statements;
}

const ECR_IMAGE = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z.]+\/([^:@]+)/;

/** The repository behind an image URI, as exactly as it is known at synth; none outside private ECR. */
function repositoryArn(image: string, { partition, region, account }: AccountScope): string[] {
  const match = ECR_IMAGE.exec(image);
  if (!match && !isToken(image)) return [];
  const [, owner = account, place = region, repository = "*"] = match ?? [];
  return [`arn:${partition}:ecr:${place}:${owner}:repository/${isToken(repository) ? "*" : repository}`];
}

/** A gateway looks tokens up one by one: who has got into a task can neither list tokens nor make one. */
export function readTokensStatement(tableArn: string): Statement {
  return { Sid: "Tokens", Effect: "Allow", Action: "dynamodb:GetItem", Resource: tableArn };
}

/**
 * Who reads a table that is encrypted with a customer's key needs that key as well, though only by way of the table.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function decryptTokensStatement(kmsKeyArn: string, region: string): Statement {
  return {
    Sid: "DecryptTokens",
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: kmsKeyArn,
    Condition: { StringLike: { "kms:ViaService": `dynamodb.${region}.amazonaws.com*` } },
  };
}

/** What a gateway that asks for tokens may do. */
export function readTokensStatements(platform: {
  readonly tokensTableArn: string;
  readonly kmsKeyArn?: string;
  readonly region: string;
}): Statement[] {
  const { tokensTableArn, kmsKeyArn, region } = platform;
  return [readTokensStatement(tokensTableArn), ...(kmsKeyArn ? [decryptTokensStatement(kmsKeyArn, region)] : [])];
}

/** ECS Exec's agent opens its channels with the task role. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
export const EXEC_STATEMENT: Statement = {
  Sid: "Exec",
  Effect: "Allow",
  Action: [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: "*",
};
