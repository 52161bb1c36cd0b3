import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { type IAspect, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";

/** What Acme asks of every stack, whoever wrote it: a permissions boundary on each role, and tags on all that can have them. */
export class CompanyRules implements IAspect {
  constructor(
    private readonly boundaryArn: string,
    private readonly tags: Record<string, string>,
  ) {}

  visit(node: IConstruct): void {
    if (node instanceof IamRole) node.permissionsBoundary = this.boundaryArn;
    if (isTaggable(node)) node.tags = { ...node.tagsInput, ...this.tags };
  }
}

interface Taggable extends TerraformResource {
  tags: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

function isTaggable(node: IConstruct): node is Taggable {
  return TerraformResource.isTerraformResource(node) && "tagsInput" in node;
}
