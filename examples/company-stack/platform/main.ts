import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SecretsmanagerSecret } from "@cdktf/provider-aws/lib/secretsmanager-secret";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { App, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { Network, Platform } from "slipway";

const REGION = "us-east-1";

/** What Acme's teams share: a Slipway platform, and around it what the company has rules for. */
class PlatformStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.tfstate" });
    new AwsProvider(this, "aws", { region: REGION });

    const key = this.companyKey();
    const alarms = new SnsTopic(this, "alarms", { name: "acme-prod-alarms", kmsMasterKeyId: key.arn });

    const platform = new Platform(this, "platform", {
      workspace: "acme",
      environment: "prod",
      domain: this.node.tryGetContext("domain"),
      hostedZoneId: this.node.tryGetContext("hostedZoneId"),
      network: new Network(this, "network", { cidr: "10.40.0.0/16", azs: 3, egress: "nat-per-az" }),
      alarmTopicArn: alarms.arn,
      kmsKeyArn: key.arn,
      logRetentionDays: 365,
      protect: false,
    });

    // Its value is put in by hand: Terraform's state would show it.
    const signingKey = new SecretsmanagerSecret(this, "signing-key", {
      namePrefix: "acme/prod/signing-key-",
      kmsKeyId: key.arn,
    });

    // Teams read these, with the platform's own attributes, from the file that --outputs-file writes.
    new TerraformOutput(this, "teamBoundaryArn", { value: this.teamBoundary(platform).arn });
    new TerraformOutput(this, "signingKeyArn", { value: signingKey.arn });
  }

  /** Encrypts logs, tables, alarms and secrets. */
  private companyKey(): KmsKey {
    const account = new DataAwsCallerIdentity(this, "account").accountId;
    return new KmsKey(this, "key", {
      description: "Acme prod: logs, tables, alarms, secrets",
      enableKeyRotation: true,
      policy: policy([
        {
          Sid: "IamDecides",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "LogGroups",
          Effect: "Allow",
          Principal: { Service: `logs.${REGION}.amazonaws.com` },
          Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
          Resource: "*",
          Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${REGION}:${account}:*` } },
        },
        {
          Sid: "AlarmsToTheTopic",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Resource: "*",
        },
      ]),
    });
  }

  /** The most that a role in a team's stack can do, whatever its own policies say. */
  private teamBoundary(platform: Platform): IamPolicy {
    return new IamPolicy(this, "team-boundary", {
      namePrefix: "acme-prod-team-boundary-",
      policy: policy([
        {
          Sid: "StartTasks",
          Effect: "Allow",
          Action: [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
            "ecr:GetDownloadUrlForLayer",
            "kms:Decrypt",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "secretsmanager:GetSecretValue",
            "ssm:GetParameters",
            "ssmmessages:*",
          ],
          Resource: "*",
        },
        { Sid: "TeamsOwnData", Effect: "Allow", Action: ["dynamodb:*", "s3:*", "sqs:*"], Resource: "*" },
        { Sid: "NotTheRegistry", Effect: "Deny", Action: "dynamodb:*", Resource: platform.resources.registry.arn },
        // A gateway looks tokens up one by one. Nobody's code makes or lists them.
        { Sid: "NoTokens", Effect: "Deny", NotAction: "dynamodb:GetItem", Resource: platform.resources.tokens.arn },
      ]),
    });
  }
}

function policy(statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const app = new App();
new PlatformStack(app, "platform");
app.synth();
