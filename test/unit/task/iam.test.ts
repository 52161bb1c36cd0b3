import fc from "fast-check";
import {
  decryptTokensStatement,
  EXEC_STATEMENT,
  ecsTasksTrust,
  executionStatements,
  policyDocument,
  secretReference,
} from "../../../lib/task";

const ACCOUNT = { partition: "aws", region: "us-east-1", account: "111111111111" };
const LOG_GROUP = "arn:aws:logs:us-east-1:111111111111:log-group:/slipway/hello";
const TOKEN = "${TfToken[TOKEN.7]}";

function statements(o: { images?: string[]; secrets?: Record<string, string>; kmsKeyArn?: string } = {}) {
  const { images = [], secrets = {}, kmsKeyArn } = o;
  return executionStatements({
    ...ACCOUNT,
    images,
    logGroupArn: LOG_GROUP,
    secrets: Object.entries(secrets).map(([variable, arn]) => secretReference(variable, arn)),
    kmsKeyArn,
  });
}
const named = (sid: string, given: ReturnType<typeof statements>) => given.find(({ Sid }) => Sid === sid);

test("a task from a public image without secrets may write to its own log group and nothing else", () => {
  expect(statements({ images: ["public.ecr.aws/docker/library/python:3.12", "ghcr.io/acme/gateway:1"] })).toEqual([
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${LOG_GROUP}:*`,
    },
  ]);
});

test("private images are pulled from exactly their repositories, also of another account and region", () => {
  const given = statements({
    images: [
      "222222222222.dkr.ecr.eu-central-1.amazonaws.com/team/hello@sha256:0a",
      "222222222222.dkr.ecr.eu-central-1.amazonaws.com/team/hello:2",
      "111111111111.dkr-ecr.us-east-1.on.aws/gateway:1",
      "111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com/other",
    ],
  });
  expect(named("PullImages", given)).toEqual({
    Sid: "PullImages",
    Effect: "Allow",
    Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: [
      "arn:aws:ecr:eu-central-1:222222222222:repository/team/hello",
      "arn:aws:ecr:us-east-1:111111111111:repository/gateway",
      "arn:aws:ecr:us-gov-west-1:111111111111:repository/other",
    ],
  });
  expect(named("RegistryLogin", given)?.Resource).toBe("*");
});

test.each([
  [TOKEN, "arn:aws:ecr:us-east-1:111111111111:repository/*"],
  [`222222222222.dkr.ecr.eu-central-1.amazonaws.com/${TOKEN}:1`, "arn:aws:ecr:eu-central-1:222222222222:repository/*"],
  [
    `222222222222.dkr.ecr.eu-central-1.amazonaws.com/hello:${TOKEN}`,
    "arn:aws:ecr:eu-central-1:222222222222:repository/hello",
  ],
])("of the image %p, what is known at synth bounds what may be pulled", (image, arn) => {
  expect(named("PullImages", statements({ images: [image] }))?.Resource).toEqual([arn]);
});

test("exactly the secrets and parameters that are named may be read, each by its own service", () => {
  const secret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-a1B2c3";
  const parameter = "arn:aws:ssm:us-east-1:111111111111:parameter/key";
  const given = statements({ secrets: { A: `${secret}:user`, B: `${secret}:password`, C: parameter } });
  expect(named("Secrets", given)).toMatchObject({ Action: "secretsmanager:GetSecretValue", Resource: [secret] });
  expect(named("Parameters", given)).toMatchObject({ Action: "ssm:GetParameters", Resource: [parameter] });
});

test("an ARN that is known late is allowed with both services, since either may hold it", () => {
  const given = statements({ secrets: { A: TOKEN } });
  expect(named("Secrets", given)?.Resource).toEqual([TOKEN]);
  expect(named("Parameters", given)?.Resource).toEqual([TOKEN]);
});

test("the platform's key may decrypt only where there is something to decrypt", () => {
  const kmsKeyArn = "arn:aws:kms:us-east-1:111111111111:key/0a";
  const secrets = { A: "arn:aws:ssm:us-east-1:111111111111:parameter/key" };
  expect(named("DecryptSecrets", statements({ kmsKeyArn }))).toBeUndefined();
  expect(named("DecryptSecrets", statements({ secrets }))).toBeUndefined();
  expect(named("DecryptSecrets", statements({ secrets, kmsKeyArn }))).toMatchObject({
    Action: "kms:Decrypt",
    Resource: kmsKeyArn,
  });
});

test('whatever a task needs, "*" stands only where AWS demands it', () => {
  const image = fc.constantFrom("ghcr.io/a/b:1", "222222222222.dkr.ecr.eu-west-1.amazonaws.com/x:1", TOKEN);
  const arn = fc.constantFrom(
    "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-a1B2c3:key",
    "arn:aws:ssm:us-east-1:111111111111:parameter/key",
    TOKEN,
  );
  const secrets = fc.dictionary(fc.constantFrom("A", "B", "C"), arn);
  fc.assert(
    fc.property(fc.array(image, { maxLength: 3 }), secrets, (images, given) => {
      const all = statements({ images, secrets: given, kmsKeyArn: "arn:aws:kms:us-east-1:111111111111:key/0a" });
      const open = all.filter(({ Resource }) => [Resource].flat().includes("*"));
      expect(open.map(({ Action }) => Action)).toEqual(open.map(() => "ecr:GetAuthorizationToken"));
      expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
      expect(new Set(all.map(({ Sid }) => Sid)).size).toBe(all.length);
    }),
  );
});

test("ECS Exec gets the four message channel actions, which AWS ties to no resource", () => {
  expect(EXEC_STATEMENT).toMatchObject({
    Action: [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    Resource: "*",
  });
});

test("only tasks of the same account and region may take the roles", () => {
  expect(JSON.parse(policyDocument([ecsTasksTrust(ACCOUNT)]))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Condition: {
          StringEquals: { "aws:SourceAccount": "111111111111" },
          ArnLike: { "aws:SourceArn": "arn:aws:ecs:us-east-1:111111111111:*" },
        },
      },
    ],
  });
});

test("a key that encrypts the tokens table is used by way of DynamoDB in the platform's region only", () => {
  const key = "arn:aws:kms:eu-central-1:111111111111:key/0a1b";
  expect(decryptTokensStatement(key, "eu-central-1")).toEqual({
    Sid: "DecryptTokens",
    Effect: "Allow",
    Action: "kms:Decrypt",
    Resource: key,
    Condition: { StringLike: { "kms:ViaService": "dynamodb.eu-central-1.amazonaws.com*" } },
  });
});
