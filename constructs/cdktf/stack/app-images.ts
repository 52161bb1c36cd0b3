import { type ITerraformDependable, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { gatewayImage, type Image } from "../../../lib/image";
import { physicalName } from "../../../lib/naming";
import { isToken, SlipwayError } from "../../../lib/spec";
import type { IPlatform } from "../platform/platform-ref";
import { DeployedRepository, type ImageRepository, PrebuiltRepository } from "./image-repository";

/** An image that tasks run. */
export interface TaskImage {
  readonly uri: string;
  /** Of one that is built from what the user has here. */
  readonly built?: {
    readonly repositoryArn: string;
    /** What must have taken place before a task can pull it. */
    readonly ready: ITerraformDependable;
  };
}

/** Without what a task definition of these images is of no use. */
export function readinessOf(...images: readonly TaskImage[]): ITerraformDependable[] | undefined {
  const all = images.flatMap(({ built }) => built?.ready ?? []);
  return all.length > 0 ? all : undefined;
}

/** What a manifest has of it. */
export interface ImageEntry {
  readonly image: Image;
  readonly repository: string;
  readonly tag: string;
  readonly platform: "linux/amd64" | "linux/arm64";
  /** `<app>/<name>` of what runs it. */
  readonly functions: string[];
  /** How whoever pushes it makes its repository; where the deploy does that, absent. The key is null for ECR's own. */
  readonly create?: { readonly kmsKeyArn: string | null };
}

type Architecture = "x86_64" | "arm64";

/** What runs an image. */
interface Runs {
  readonly app: string;
  readonly name: string;
  readonly architecture: Architecture;
}

/** What `slipway images push` makes a repository with, which has nothing but what is known now. */
function knownKey({ attributes: { kmsKeyArn }, node }: IPlatform): string | null {
  if (!isToken(kmsKeyArn)) return kmsKeyArn ?? null;
  throw new SlipwayError(node.path, [
    {
      code: "SLIPWAY_E_LATE_VALUE",
      prop: "kmsKeyArn",
      value: undefined,
      message: 'is known only after apply, and with images: "prebuilt" repositories are made before',
      fix: "Write the key's ARN as a string",
    },
  ]);
}

const HASH_LENGTH = 32;

const IMAGES = new WeakMap<TerraformStack, Map<string, AppImages>>();

/** The images of one app in one stack: a repository, and a step of the deploy for each image. */
export class AppImages {
  readonly entries: ImageEntry[] = [];
  private readonly repository: ImageRepository;
  private readonly name: string;
  private readonly create: ImageEntry["create"];
  private readonly steps = new Map<string, ITerraformDependable>();

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
    platform: IPlatform,
    private readonly app: string,
  ) {
    const { workspace, environment, region, images } = platform.attributes;
    // The stack is part of the name: two stacks that share an app would both want to own it.
    this.name = physicalName(
      { workspace, environment, region, app },
      { maxLength: 128, kind: "images", immutable: [stack.node.id] },
    );
    const options = { app, name: this.name };
    this.repository =
      images === "prebuilt" ? new PrebuiltRepository(platform, options) : new DeployedRepository(platform, options);
    this.create = images === "prebuilt" ? { kmsKeyArn: knownKey(platform) } : undefined;
  }

  /**
   * The gateway beside a function: the platform's, else that of this version of the library, which wrote the configuration that
   * the gateway will read.
   * @param name of the function
   */
  static gateway(scope: Construct, platform: IPlatform, { app, name, architecture }: Runs): TaskImage {
    const { gatewayImage: given } = platform.attributes;
    if (given !== undefined) return { uri: given };
    const images = AppImages.of(scope, platform, app);
    return images.push(gatewayImage(), { architecture, name, step: `gateway-image-${app}-${architecture}` });
  }

  /** @param name of the function that runs it */
  add(image: Image, architecture: Architecture, name: string): TaskImage {
    // Named by the first function that runs it: a change of the code replaces the step, and moves none.
    return this.push(image, { architecture, name, step: `image-${this.app}-${name}` });
  }

  private push(image: Image, { architecture, name, step }: Omit<Runs, "app"> & { readonly step: string }): TaskImage {
    const tag = `${image.contentHash.slice(0, HASH_LENGTH)}-${architecture}`;
    const ready = this.steps.get(tag) ?? this.stepOf(tag, image, architecture, step);
    this.steps.set(tag, ready);
    this.entries.find((entry) => entry.tag === tag)!.functions.push(`${this.app}/${name}`);
    const { url, arn } = this.repository;
    return { uri: `${url}:${tag}`, built: { repositoryArn: arn, ready } };
  }

  private stepOf(tag: string, image: Image, architecture: Architecture, step: string): ITerraformDependable {
    const platform = architecture === "arm64" ? "linux/arm64" : "linux/amd64";
    const { name: repository, create } = this;
    this.entries.push({ image, repository, tag, platform, functions: [], ...(create && { create }) });
    return this.repository.ready(tag, step);
  }
}
