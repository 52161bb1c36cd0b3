import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeRepositoriesCommand,
  ECRClient,
  GetLifecyclePolicyCommand,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { ensureRepository } from "../../lib/builds/ecr";
import { MANIFEST_FILE, manifestSchema } from "../../lib/manifest";
import { clientConfig } from "./aws-api";
import { ExampleDeployment } from "./deployment";
import { Emulator } from "./emulator";
import { ExampleCopy } from "./example-copy";
import { stepsOf } from "./progress";
import { findTerraform, isolatedEnvironment, REGION } from "./terraform";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** examples/hello, deployed by a runner that has no builder. */
describe('a stack with images: "prebuilt"', () => {
  let emulator: Emulator;
  let copy: ExampleCopy;
  let deployment: ExampleDeployment;
  const given = { ...process.env };

  beforeAll(async () => {
    const provider = await findTerraform();
    emulator = await Emulator.start();
    copy = ExampleCopy.of("hello", provider);
    const main = join(copy.folder, "main.ts");
    writeFileSync(
      main,
      readFileSync(main, "utf8").replace('environment: "prod"', 'environment: "prod", images: "prebuilt"'),
    );
    const env = isolatedEnvironment(copy.folder, provider, emulator.url);
    deployment = new ExampleDeployment(copy, env, emulator, {}, stepsOf("hello, prebuilt"));
    // What the command that pushes asks is asked from here.
    Object.assign(process.env, env);
  });

  afterAll(async () => {
    process.env = given;
    copy?.remove();
    await emulator?.stop();
  });

  const images = () => {
    const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(copy.stackFolder, MANIFEST_FILE), "utf8")));
    return manifest.images!;
  };
  /** Terraform breaks its lines. */
  const failure = () =>
    deployment.firstPlan().then(
      () => "",
      ({ message }: Error) => message.replace(/[│\s]+/g, " "),
    );

  test("its plan fails where there is no repository, and says what to run", async () => {
    expect(await failure()).toMatch(
      /There is no ECR repository acme-prod-hello-images-\w+\. .*npx slipway images push/,
    );
  });

  test("a push makes the repository as a deploy would, once", async () => {
    const [{ repository, create }] = images() as [ReturnType<typeof images>[number]];
    expect(create).toEqual({ kmsKeyArn: null });
    expect(await ensureRepository(REGION, repository, null)).toBe(true);
    expect(await ensureRepository(REGION, repository, null)).toBe(false);
    const ecr = new ECRClient(clientConfig(emulator.url));
    const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repository] }));
    expect(repositories![0]).toMatchObject({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
    });
    const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName: repository }));
    expect(JSON.parse(lifecyclePolicyText!).rules).toHaveLength(1);
  });

  test("its plan fails for each image that is missing, by a name that says what to run", async () => {
    const said = await failure();
    expect(images()).toHaveLength(2);
    for (const image of ["image-hello-greet", "gateway-image-hello-x86_64"]) {
      expect(said).toContain(`data.aws_ecr_image.platform_run-slipway-images-push-for-${image}_`);
    }
  });

  test("its plan passes where they are there, and builds nothing", async () => {
    const ecr = new ECRClient(clientConfig(emulator.url));
    for (const { repository: repositoryName, tag: imageTag } of images()) {
      const imageManifest = JSON.stringify({ schemaVersion: 2, config: { digest: imageTag }, layers: [] });
      await ecr.send(
        new PutImageCommand({ repositoryName, imageTag, imageManifest, imageManifestMediaType: MANIFEST }),
      );
    }
    const { resource_changes = [] } = await deployment.firstPlan();
    const created = resource_changes.filter(({ mode }) => mode === "managed").map(({ type }) => type);
    expect(created).toContain("aws_ecs_service");
    expect(created.filter((type) => /ecr|terraform_data/.test(type))).toEqual([]);
  });
});
