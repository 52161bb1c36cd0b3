import { DataAwsEcrImage } from "@cdktf/provider-aws/lib/data-aws-ecr-image";
import { DataAwsEcrRepositories } from "@cdktf/provider-aws/lib/data-aws-ecr-repositories";
import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { DataResource, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { expireUntagged } from "../../../lib/image";
import type { IPlatform } from "../platform/platform-ref";
import { accountOf } from "../service/account";

/** Where the images of an app are. */
export interface ImageRepository {
  readonly url: string;
  readonly arn: string;
  /**
   * What must have taken place before a task can pull a tag.
   * @param id of the construct that sees to it
   */
  ready(tag: string, id: string): ITerraformDependable;
}

interface RepositoryOptions {
  readonly app: string;
  readonly name: string;
}

/** The deploy makes the repository, and pushes what is not in it. */
export class DeployedRepository implements ImageRepository {
  readonly url: string;
  readonly arn: string;

  constructor(
    private readonly platform: IPlatform,
    { app, name }: RepositoryOptions,
  ) {
    const { kmsKeyArn } = platform.attributes;
    const repository = new EcrRepository(platform, `images-${app}`, {
      name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [
        kmsKeyArn ? { encryptionType: "KMS", kmsKey: kmsKeyArn } : { encryptionType: "AES256" },
      ],
      // Whatever is in it can be built again.
      forceDelete: true,
      tags: { "slipway:app": app },
    });
    new EcrLifecyclePolicy(platform, `images-${app}-lifecycle`, {
      repository: repository.name,
      policy: expireUntagged(),
    });
    this.url = repository.repositoryUrl;
    this.arn = repository.arn;
  }

  ready(tag: string, id: string): DataResource {
    return new DataResource(this.platform, id, {
      triggersReplace: { repository: this.url, tag },
      provisioners: [{ type: "local-exec", command: `npx --no-install slipway images push . --tag ${tag}` }],
    });
  }
}

/** Somebody has run `slipway images push`, which made the repository too: the plan looks whether it has what it needs. */
export class PrebuiltRepository implements ImageRepository {
  readonly url: string;
  readonly arn: string;
  private readonly lookup: DataAwsEcrRepositories;
  private readonly name: string;

  constructor(
    private readonly platform: IPlatform,
    { app, name }: RepositoryOptions,
  ) {
    const { region, account, partition } = accountOf(
      new Construct(platform, `images-${app}`),
      platform.attributes.region,
    );
    this.name = name;
    this.url = `${account}.dkr.ecr.${region}.amazonaws.com/${name}`;
    this.arn = `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
    this.lookup = new DataAwsEcrRepositories(platform, `images-${app}-repository`, {
      lifecycle: {
        postcondition: [
          {
            // In an account without any the names are null.
            condition: `\${try(contains(self.names, "${name}"), false)}`,
            errorMessage: `There is no ECR repository ${name}. ${PUSH_FIRST}`,
          },
        ],
      },
    });
  }

  /** The provider's own error names nothing but the address, so that has the fix. */
  ready(tag: string, id: string): DataAwsEcrImage {
    return new DataAwsEcrImage(this.platform, `run-slipway-images-push-for-${id}`, {
      repositoryName: this.name,
      imageTag: tag,
      dependsOn: [this.lookup],
    });
  }
}

const PUSH_FIRST =
  'The platform has images: "prebuilt", so build and push before the plan: npx cdktf synth && npx slipway images push';
