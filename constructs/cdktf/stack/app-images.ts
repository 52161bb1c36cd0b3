import { EcrLifecyclePolicy } from "@cdktf/provider-aws/lib/ecr-lifecycle-policy";
import { EcrRepository } from "@cdktf/provider-aws/lib/ecr-repository";
import { DataResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Image } from "../../../lib/image";
import { physicalName } from "../../../lib/naming";
import type { IPlatform } from "../platform/platform-ref";

/** An image that the deploy builds. */
export interface BuiltImage {
  readonly uri: string;
  readonly repositoryArn: string;
  /** What must have taken place before a task can pull it. */
  readonly push: DataResource;
}

/** What a manifest has of it. */
export interface ImageEntry {
  readonly image: Image;
  readonly repository: string;
  readonly tag: string;
  readonly platform: "linux/amd64" | "linux/arm64";
  /** `<app>/<name>` of what runs it. */
  readonly functions: string[];
}

/** Days that a layer stays which no tag names any more: a push that was cut short leaves some. */
const UNTAGGED_DAYS = 7;

const HASH_LENGTH = 32;

const IMAGES = new WeakMap<TerraformStack, Map<string, AppImages>>();

/** The images of one app in one stack: a repository, and a step of the deploy for each image. */
export class AppImages {
  readonly entries: ImageEntry[] = [];
  private readonly repository: EcrRepository;
  private readonly name: string;
  private readonly pushes = new Map<string, DataResource>();

  static of(scope: Construct, platform: IPlatform, app: string): AppImages {
    const stack = TerraformStack.of(scope);
    const apps = IMAGES.get(stack) ?? new Map<string, AppImages>();
    IMAGES.set(stack, apps);
    const images = apps.get(app) ?? new AppImages(stack, platform, app);
    apps.set(app, images);
    return images;
  }

  /** Of all apps of a stack. */
  static entriesOf(stack: TerraformStack): ImageEntry[] {
    return [...(IMAGES.get(stack)?.values() ?? [])].flatMap(({ entries }) => entries);
  }

  private constructor(
    stack: TerraformStack,
    private readonly platform: IPlatform,
    private readonly app: string,
  ) {
    const { workspace, environment, region, kmsKeyArn } = platform.attributes;
    // The stack is part of the name: two stacks that share an app would both want to own it.
    this.name = physicalName(
      { workspace, environment, region, app },
      { maxLength: 128, kind: "images", immutable: [stack.node.id] },
    );
    const tags = { "slipway:app": app };
    this.repository = new EcrRepository(platform, `images-${app}`, {
      name: this.name,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [
        kmsKeyArn ? { encryptionType: "KMS", kmsKey: kmsKeyArn } : { encryptionType: "AES256" },
      ],
      // Whatever is in it can be built again.
      forceDelete: true,
      tags,
    });
    new EcrLifecyclePolicy(platform, `images-${app}-lifecycle`, {
      repository: this.repository.name,
      policy: JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            description: "What no tag names: a push that was cut short",
            selection: {
              tagStatus: "untagged",
              countType: "sinceImagePushed",
              countUnit: "days",
              countNumber: UNTAGGED_DAYS,
            },
            action: { type: "expire" },
          },
        ],
      }),
    });
  }

  /** @param name of the function that runs it */
  add(image: Image, architecture: "x86_64" | "arm64", name: string): BuiltImage {
    const tag = `${image.contentHash.slice(0, HASH_LENGTH)}-${architecture}`;
    const push = this.pushes.get(tag) ?? this.pushOf(tag, image, architecture, name);
    this.pushes.set(tag, push);
    this.entries.find((entry) => entry.tag === tag)!.functions.push(`${this.app}/${name}`);
    return { uri: `${this.repository.repositoryUrl}:${tag}`, repositoryArn: this.repository.arn, push };
  }

  /** Named by the first function that runs it: a change of the code replaces the step, and moves none. */
  private pushOf(tag: string, image: Image, architecture: "x86_64" | "arm64", name: string): DataResource {
    const platform = architecture === "arm64" ? "linux/arm64" : "linux/amd64";
    this.entries.push({ image, repository: this.name, tag, platform, functions: [] });
    return new DataResource(this.platform, `image-${this.app}-${name}`, {
      triggersReplace: { repository: this.repository.repositoryUrl, tag },
      provisioners: [{ type: "local-exec", command: `npx --no-install slipway images push . --tag ${tag}` }],
    });
  }
}
