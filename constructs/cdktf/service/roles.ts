import type { IamRole, IamRoleConfig } from "@cdktf/provider-aws/lib/iam-role";
import type { IamRolePolicy, IamRolePolicyConfig } from "@cdktf/provider-aws/lib/iam-role-policy";
import type { ITerraformDependable } from "cdktf";
import {
  type AccountScope,
  EXEC_STATEMENT,
  ecsTasksTrust,
  executionStatements,
  policyDocument,
  type SecretReference,
} from "../../../lib/task";
import type { TaskImage } from "../stack/app-images";

/** Whatever makes the resources of these names. */
interface RoleMaker {
  make(name: "executionRole" | "taskRole", config: IamRoleConfig): IamRole;
  make(name: "executionPolicy" | "execPolicy", config: IamRolePolicyConfig): IamRolePolicy;
}

interface RoleOptions {
  /** Whose, as a person reads it. */
  readonly target: string;
  readonly account: AccountScope;
  readonly images: readonly TaskImage[];
  readonly kmsKeyArn?: string;
  readonly secrets: readonly SecretReference[];
  readonly logGroupArn: string;
  readonly exec: boolean;
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

/** Two roles: what ECS needs to start the task, and what the code in it may do, which is nothing until it is granted. */
export function makeRoles(maker: RoleMaker, options: RoleOptions): Roles {
  const { target, account, images, name, tags } = options;
  const assumeRolePolicy = policyDocument([ecsTasksTrust(account)]);
  const execution = maker.make("executionRole", {
    namePrefix: `${name}-exec-`,
    description: `Starts tasks of ${target}`,
    assumeRolePolicy,
    tags,
  });
  const executionPolicy = maker.make("executionPolicy", {
    namePrefix: "start-",
    role: execution.name,
    policy: policyDocument(
      executionStatements({
        ...account,
        images: images.flatMap(({ uri, built }) => (built ? [] : [uri])),
        repositories: [...new Set(images.flatMap(({ built }) => built?.repositoryArn ?? []))],
        logGroupArn: options.logGroupArn,
        secrets: options.secrets,
        kmsKeyArn: options.kmsKeyArn,
      }),
    ),
  });
  const task = maker.make("taskRole", {
    namePrefix: `${name}-task-`,
    description: `What the code of ${target} may do`,
    assumeRolePolicy,
    tags,
  });
  const execPolicy =
    options.exec &&
    maker.make("execPolicy", { namePrefix: "exec-", role: task.name, policy: policyDocument([EXEC_STATEMENT]) });
  return { execution, task, policies: [executionPolicy, ...(execPolicy ? [execPolicy] : [])] };
}
