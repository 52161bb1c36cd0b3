import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerraformVariable } from "cdktf";
import { Image, SpawnFunction, WebServer } from "slipway";
import { gatewayImage } from "../../lib/image";
import {
  addEndpoint,
  type Config,
  containersOf,
  newApp,
  newStack,
  platformIn,
  Synthesized,
  temporaryFolder,
} from "./stacks";

const REPOSITORY = "${aws_ecr_repository.platform_images-hello";

/** A folder of Python code. */
function code(text = "def hello(): ..."): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "app.py"), text);
  writeFileSync(join(folder, "requirements.txt"), "requests\n");
  return folder;
}

function synthesize(
  add: (stack: ReturnType<typeof newStack>, platform: ReturnType<typeof platformIn>) => void,
  props: Parameters<typeof platformIn>[1] = {},
) {
  const stack = newStack();
  add(stack, platformIn(stack, props));
  return new Synthesized(stack);
}

const appOf = (synthesized: Synthesized, start = "greet") =>
  containersOf(synthesized.one("aws_ecs_task_definition", start))[0];
const stepOf = (synthesized: Synthesized): Config => synthesized.one("terraform_data");

describe("Python code without an image", () => {
  const source = code();
  const synthesized = synthesize((stack, platform) => {
    addEndpoint(stack, platform, "greet", { image: undefined, source });
  });

  test("runs the image that the deploy pushes, by the tag that its content gives it", () => {
    const { tag } = stepOf(synthesized).triggers_replace;
    expect(tag).toMatch(/^[0-9a-f]{32}-x86_64$/);
    const { container_definitions } = synthesized.one("aws_ecs_task_definition", "greet");
    expect(container_definitions).toContain(`.repository_url`);
    expect(container_definitions).toContain(`:${tag}`);
  });

  test("is pushed before a task definition names it", () => {
    const { provisioner, triggers_replace } = stepOf(synthesized);
    expect(provisioner).toEqual([
      { "local-exec": { command: `npx --no-install slipway images push . --tag ${triggers_replace.tag}` } },
    ]);
    expect(triggers_replace.repository).toContain(REPOSITORY);
    expect(synthesized.one("aws_ecs_task_definition", "greet").depends_on).toEqual([
      expect.stringMatching(/^terraform_data\.platform_image-hello-greet/),
    ]);
  });

  test("lies in a repository of the app's own, whose tags never move", () => {
    expect(synthesized.one("aws_ecr_repository")).toMatchObject({
      image_tag_mutability: "IMMUTABLE",
      image_scanning_configuration: { scan_on_push: true },
      encryption_configuration: [{ encryption_type: "AES256" }],
    });
    const { rules } = JSON.parse(synthesized.one("aws_ecr_lifecycle_policy").policy);
    expect(rules.map(({ selection }: Config) => selection.tagStatus)).toEqual(["untagged"]);
  });

  test("may be pulled from that repository and from no other", () => {
    const policy = JSON.parse(synthesized.one("aws_iam_role_policy", "greet_execution-policy").policy);
    const { Resource } = policy.Statement.find(({ Sid }: Config) => Sid === "PullImages");
    expect(Resource).toEqual([
      expect.stringMatching(/^\$\{aws_ecr_repository\.platform_images-hello\w*\.arn\}$/),
      expect.stringMatching(/:123456789012:repository\/gateway$/),
    ]);
  });

  test("has a root that nothing writes to, unless a shell is to", () => {
    expect(appOf(synthesized).readonlyRootFilesystem).toBe(true);
    const withShell = synthesize((stack, platform) => {
      addEndpoint(stack, platform, "greet", { image: undefined, source, exec: true });
    });
    expect(appOf(withShell).readonlyRootFilesystem).toBe(false);
  });
});

test("functions of an app with the same code share one image; another kind's needs are another's", () => {
  const source = code();
  const synthesized = synthesize((stack, platform) => {
    addEndpoint(stack, platform, "greet", { image: undefined, source });
    addEndpoint(stack, platform, "other", { image: undefined, source });
    new SpawnFunction(stack, "work", { platform, app: "hello", handler: "app:hello", source });
  });
  const tags = synthesized.all("terraform_data").map(({ triggers_replace }) => triggers_replace.tag);
  expect(new Set(tags).size).toBe(2);
  expect(tags).toHaveLength(2);
  expect(synthesized.all("aws_ecr_repository")).toHaveLength(1);
});

test("one byte of the code changes the step and the task definition, and nothing else", () => {
  const of = (text: string) => {
    const source = code(text);
    return synthesize((stack, platform) => {
      addEndpoint(stack, platform, "greet", { image: undefined, source });
    });
  };
  const [before, after] = [of("a"), of("b")];
  const changed = Object.entries(before.json.resource).flatMap(([type, all]) =>
    Object.entries(all as Config).flatMap(([id, config]) =>
      JSON.stringify(config) === JSON.stringify(after.json.resource[type]?.[id]) ? [] : [type],
    ),
  );
  expect(changed.sort()).toEqual(["aws_ecs_task_definition", "terraform_data"]);
});

test("an Image of the user's gets the code and the slipway package, and keeps what it has", () => {
  const source = code();
  const app = newApp(temporaryFolder());
  const stack = newStack("own", app);
  addEndpoint(stack, platformIn(stack), "greet", { image: Image.debianSlim().pipInstall("numpy"), source });
  app.synth();
  const manifest = JSON.parse(readFileSync(join(app.outdir, "stacks/own/slipway.json"), "utf8"));
  expect(manifest.images).toEqual([
    expect.objectContaining({
      functions: ["hello/greet"],
      platform: "linux/amd64",
      dockerfile: expect.stringMatching(/pip install numpy\n[\s\S]*slipway\.pth[\s\S]*COPY \["local\/1\/","\/app\/"\]/),
      files: [expect.objectContaining({ by: "addSlipway" }), expect.objectContaining({ by: "addLocalDir" })],
    }),
  ]);
  expect(manifest.images[0].files.every(({ from }: Config) => !from.startsWith("/"))).toBe(true);
});

test("what a Dockerfile of the user's makes is left as it is", () => {
  const folder = code();
  writeFileSync(join(folder, "Dockerfile"), "FROM x\n");
  const image = Image.fromDockerfile(join(folder, "Dockerfile"));
  const synthesized = synthesize((stack, platform) => {
    addEndpoint(stack, platform, "greet", { image, source: folder });
    new WebServer(stack, "server", { platform, app: "hello", image, command: ["x"], port: 9000 });
  });
  expect(stepOf(synthesized).triggers_replace.tag).toBe(`${image.contentHash.slice(0, 32)}-x86_64`);
  expect(appOf(synthesized).readonlyRootFilesystem).toBe(false);
});

test("an image that is only named is not built, and one in the account's ECR gets its registry", () => {
  const synthesized = synthesize((stack, platform) => {
    addEndpoint(stack, platform, "greet", { image: Image.fromEcr("team/model", "1.4") });
    addEndpoint(stack, platform, "other", { image: Image.fromRegistry("registry.example/x:1") });
  });
  expect(synthesized.all("terraform_data")).toEqual([]);
  expect(synthesized.all("aws_ecr_repository")).toEqual([]);
  expect(synthesized.one("aws_ecs_task_definition", "greet").container_definitions).toMatch(
    /account_id.*\.dkr\.ecr\.us-east-1\.amazonaws\.com\/team\/model:1\.4/,
  );
  expect(appOf(synthesized, "other").image).toBe("registry.example/x:1");
});

test("two clones in different folders are deployed by the same tags", () => {
  const tagIn = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "app.py"), "def hello(): ...");
    return stepOf(
      synthesize((stack, platform) => {
        addEndpoint(stack, platform, "greet", { image: undefined, source: folder });
      }),
    ).triggers_replace.tag;
  };
  const root = temporaryFolder();
  expect(tagIn(join(root, "one/clone"))).toBe(tagIn(join(root, "another")));
});

test("the infrastructure's own files in the folder of the code are no part of the image", () => {
  const source = code();
  const tag = () =>
    stepOf(
      synthesize((stack, platform) => {
        addEndpoint(stack, platform, "greet", { image: undefined, source });
      }),
    ).triggers_replace.tag;
  writeFileSync(join(source, "cdktf.json"), "{}");
  const before = tag();
  writeFileSync(join(source, "main.ts"), "new App()");
  expect(tag()).toBe(before);
});

test("without image and source there is nothing to run, and the error says both ways out", () => {
  expect(() =>
    synthesize((stack, platform) => {
      addEndpoint(stack, platform, "greet", { image: undefined });
    }),
  ).toThrow(/greet: image: is missing.*source/);
});

describe("a platform without a gateway's image", () => {
  const gatewayOf = (synthesized: Synthesized, start: string) =>
    containersOf(synthesized.one("aws_ecs_task_definition", start)).at(-1);
  const synthesized = synthesize(
    (stack, platform) => {
      addEndpoint(stack, platform, "greet");
      addEndpoint(stack, platform, "slim", { architecture: "arm64" });
      new SpawnFunction(stack, "work", {
        platform,
        app: "jobs",
        handler: "app:work",
        image: "registry.example/work:1",
      });
    },
    { gatewayImage: undefined },
  );

  test("has the gateway of this version built, in each app's repository, for the architectures that are used", () => {
    expect(Object.keys(synthesized.json.resource.terraform_data).map((id) => id.replace(/_\w{8}$/, ""))).toEqual([
      "platform_gateway-image-hello-arm64",
      "platform_gateway-image-hello-x86_64",
      "platform_gateway-image-jobs-x86_64",
      "platform_gateway-image-slipway-x86_64",
    ]);
    const hash = gatewayImage().contentHash.slice(0, 32);
    expect(gatewayOf(synthesized, "greet").image).toMatch(new RegExp(`images-hello.*:${hash}-x86_64$`));
    expect(gatewayOf(synthesized, "slim").image).toMatch(new RegExp(`images-hello.*:${hash}-arm64$`));
    expect(gatewayOf(synthesized, "platform_control").image).toMatch(new RegExp(`images-slipway.*:${hash}-x86_64$`));
  });

  test("has it pushed before any task definition that names it", () => {
    for (const [start, step] of [
      ["greet", "gateway-image-hello-x86_64"],
      ["slim", "gateway-image-hello-arm64"],
      ["work", "gateway-image-jobs-x86_64"],
      ["platform_control", "gateway-image-slipway-x86_64"],
    ] as const) {
      expect(synthesized.one("aws_ecs_task_definition", start).depends_on).toEqual([
        expect.stringContaining(`terraform_data.platform_${step}`),
      ]);
    }
  });
});

describe('with images: "prebuilt"', () => {
  const source = code();
  const synthesized = synthesize(
    (stack, platform) => addEndpoint(stack, platform, "greet", { image: undefined, source }),
    { images: "prebuilt" },
  );
  const repository = Object.values(synthesized.json.data.aws_ecr_image)[0] as Config;

  test("nothing is built or made by the deploy, and the tasks run the same tag", () => {
    expect(synthesized.all("terraform_data")).toEqual([]);
    expect(synthesized.all("aws_ecr_repository")).toEqual([]);
    const { image } = appOf(synthesized);
    expect(image).toContain(`.dkr.ecr.us-east-1.amazonaws.com/${repository.repository_name}:`);
    const policy = JSON.parse(synthesized.one("aws_iam_role_policy", "greet_execution-policy").policy);
    const { Resource } = policy.Statement.find(({ Sid }: Config) => Sid === "PullImages");
    expect(Resource).toContainEqual(expect.stringMatching(new RegExp(`:repository/${repository.repository_name}$`)));
  });

  test("the plan fails where the repository or the tag is missing, and says what to run", () => {
    const [lookUp] = Object.values<Config>(synthesized.json.data.aws_ecr_repositories);
    expect(lookUp.lifecycle.postcondition[0].error_message).toMatch(/npx slipway images push/);
    expect(repository.image_tag).toMatch(/^[0-9a-f]{32}-x86_64$/);
    expect(repository.depends_on).toEqual([expect.stringContaining("data.aws_ecr_repositories.")]);
    expect(synthesized.one("aws_ecs_task_definition", "greet").depends_on).toEqual([
      expect.stringContaining("data.aws_ecr_image.platform_run-slipway-images-push-for-image-hello-greet"),
    ]);
  });

  test("a key that is known only after apply is refused: the repository is made before", () => {
    const stack = newStack();
    const late = new TerraformVariable(stack, "key", { type: "string" }).stringValue;
    const platform = platformIn(stack, { images: "prebuilt", kmsKeyArn: late });
    expect(() => addEndpoint(stack, platform, "greet", { image: undefined, source })).toThrow(
      /kmsKeyArn: is known only after apply/,
    );
  });
});
