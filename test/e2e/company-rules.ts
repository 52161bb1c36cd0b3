import type { Statement } from "../../lib/task/iam";
import { awsCall } from "./aws-api";
import { iamCall, policiesOfRole, statementsIn, textsOf } from "./role-policies";

export type Tags = Readonly<Record<string, string>>;

/** What AWS says about a company's rules: the boundaries and policies of roles, and the tags of anything. */
export class CompanyRulesInAws {
  constructor(private readonly endpoint: string) {}

  async roleNames(): Promise<string[]> {
    return textsOf("RoleName", await this.iam({ Action: "ListRoles" }));
  }

  async boundaryOf(RoleName: string): Promise<string | undefined> {
    return textsOf("PermissionsBoundaryArn", await this.iam({ Action: "GetRole", RoleName }))[0];
  }

  /** What a role's own policies allow. */
  async allowedToRole(RoleName: string): Promise<string[]> {
    return allowedBy(await policiesOfRole(this.endpoint, RoleName));
  }

  /** What a managed policy allows: actions, or patterns of them such as `sqs:*`. */
  async allowedByPolicy(PolicyArn: string): Promise<string[]> {
    const version = await this.iam({ Action: "GetPolicyVersion", PolicyArn, VersionId: "v1" });
    return allowedBy(statementsIn(textsOf("Document", version)[0]!));
  }

  /** Each service has an operation of its own for it. */
  async tagsOf(arn: string): Promise<Tags> {
    const [, , service, , account, name] = arn.split(":") as [string, string, string, string, string, string];
    switch (service) {
      case "application-autoscaling":
        return (await this.json(service, "AnyScaleFrontendService.ListTagsForResource", { ResourceARN: arn })).Tags;
      case "cloudwatch":
        return tagsIn(
          await this.query("monitoring", "2010-08-01", { Action: "ListTagsForResource", ResourceARN: arn }),
        );
      case "ecr": {
        const target = "AmazonEC2ContainerRegistry_V20150921.ListTagsForResource";
        const { tags } = await this.json(service, target, { resourceArn: arn });
        return Object.fromEntries(tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]));
      }
      case "ecs": {
        const target = "AmazonEC2ContainerServiceV20141113.ListTagsForResource";
        const { tags } = await this.json(service, target, { resourceArn: arn });
        return Object.fromEntries(tags.map(({ key, value }: { key: string; value: string }) => [key, value]));
      }
      case "elasticloadbalancing": {
        const tags = { Action: "DescribeTags", "ResourceArns.member.1": arn };
        return tagsIn(await this.query(service, "2015-12-01", tags));
      }
      case "iam":
        return tagsIn(await this.iam({ Action: "ListRoleTags", RoleName: name.replace(/^role\//, "") }));
      case "logs":
        return (await this.json(service, "Logs_20140328.ListTagsForResource", { resourceArn: arn })).tags;
      case "sqs": {
        const QueueUrl = `${this.endpoint}/${account}/${name}`;
        return (await this.json(service, "AmazonSQS.ListQueueTags", { QueueUrl })).Tags;
      }
      default:
        throw new Error(`no way is known to read the tags of ${arn}`);
    }
  }

  private iam(parameters: Record<string, string>): Promise<string> {
    return iamCall(this.endpoint, parameters);
  }

  private query(service: string, Version: string, parameters: Record<string, string>): Promise<string> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = new URLSearchParams({ Version, ...parameters }).toString();
    return awsCall(this.endpoint, { service, headers, body });
  }

  private async json(service: string, target: string, body: object) {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    return JSON.parse(await awsCall(this.endpoint, { service, headers, body: JSON.stringify(body) }));
  }
}

export function isAllowed(action: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => one === action || (one.endsWith("*") && action.startsWith(one.slice(0, -1))));
}

function allowedBy(statements: readonly Statement[]): string[] {
  return statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
}

function tagsIn(xml: string): Tags {
  const values = textsOf("Value", xml);
  return Object.fromEntries(textsOf("Key", xml).map((key, index) => [key, values[index]!]));
}
