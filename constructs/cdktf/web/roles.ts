import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { WebSpec } from "../../../lib/spec";
import {
  decryptTokensStatement,
  EXEC_STATEMENT,
  ecsTasksTrust,
  executionStatements,
  policyDocument,
  readTokensStatement,
  type SecretReference,
} from "../../../lib/task";
import type { ResourceMaker } from "../engine/resource-maker";
import type { WebResourceTable } from "./resources";

interface RoleOptions {
  readonly spec: WebSpec;
  readonly region: string;
  readonly gatewayImage: string;
  readonly kmsKeyArn?: string;
  readonly tokensTableArn: string;
  readonly secrets: readonly SecretReference[];
  readonly logGroupArn: string;
  /** At most 32 characters: IAM's prefix limit less the role's own word. */
  readonly name: string;
  readonly tags: Record<string, string>;
}

export interface Roles {
  readonly execution: IamRole;
  readonly task: IamRole;
  /** Must exist as long as the service does, or its tasks can neither start nor stop cleanly. */
  readonly policies: readonly ITerraformDependable[];
}

/**
 * Two roles: what ECS needs to start the task, and what the code in it may do, which is nothing until it is granted, but for the
 * gateway's look at a token where the endpoint asks for one: a task has one role for all its containers.
 */
export function makeRoles(scope: Construct, maker: ResourceMaker<WebResourceTable>, options: RoleOptions): Roles {
  const { spec, region, name, tags } = options;
  const account = {
    region,
    partition: new DataAwsPartition(scope, "partition", {}).partition,
    account: new DataAwsCallerIdentity(scope, "account", {}).accountId,
  };
  const assumeRolePolicy = policyDocument([ecsTasksTrust(account)]);
  const execution = maker.make("executionRole", {
    namePrefix: `${name}-exec-`,
    description: `Starts tasks of ${spec.app}/${spec.name}`,
    assumeRolePolicy,
    tags,
  });
  const executionPolicy = maker.make("executionPolicy", {
    namePrefix: "start-",
    role: execution.name,
    policy: policyDocument(
      executionStatements({
        ...account,
        images: [spec.image, options.gatewayImage],
        logGroupArn: options.logGroupArn,
        secrets: options.secrets,
        kmsKeyArn: options.kmsKeyArn,
      }),
    ),
  });
  const task = maker.make("taskRole", {
    namePrefix: `${name}-task-`,
    description: `What the code of ${spec.app}/${spec.name} may do`,
    assumeRolePolicy,
    tags,
  });
  const policies = [executionPolicy];
  if (spec.exec) {
    policies.push(
      maker.make("execPolicy", {
        namePrefix: "exec-",
        role: task.name,
        policy: policyDocument([EXEC_STATEMENT]),
      }),
    );
  }
  if (spec.requiresProxyAuth) {
    const { kmsKeyArn, tokensTableArn } = options;
    policies.push(
      maker.make("tokensPolicy", {
        namePrefix: "tokens-",
        role: task.name,
        policy: policyDocument([
          readTokensStatement(tokensTableArn),
          ...(kmsKeyArn ? [decryptTokensStatement(kmsKeyArn, region)] : []),
        ]),
      }),
    );
  }
  return { execution, task, policies };
}
