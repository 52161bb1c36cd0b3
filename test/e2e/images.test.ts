import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { digestOf, parseRegistry } from "../../lib/builds/registry";
import { BuilderWorld } from "../containers/builder-world";
import { type Deployed, lifecycle } from "./lifecycle";
import { PATH_MODE } from "./mode";

let world: BuilderWorld;

beforeAll(async () => {
  world = await BuilderWorld.start();
});

afterAll(() => world.stop());

/** `examples/hello` by a Dockerfile of its own, which takes no base and no package: what is tried here is the way of an image. */
async function withDockerfile(folder: string): Promise<void> {
  const main = join(folder, "main.ts");
  const text = readFileSync(main, "utf8")
    .replace("{ FastApiEndpoint, Platform }", "{ FastApiEndpoint, Image, Platform }")
    .replace("source: __dirname", "source: __dirname, image: Image.fromDockerfile(`${__dirname}/image/Dockerfile`)")
    .replace('environment: "prod"', 'environment: "prod", gatewayImage: "registry.example/gateway:1"');
  writeFileSync(main, text);
  mkdirSync(join(folder, "image"));
  writeFileSync(join(folder, "image/Dockerfile"), "FROM scratch\nCOPY app.py /app/\n");
  writeFileSync(join(folder, "image/app.py"), "# the code\n");
}

interface Listed {
  readonly repository: string;
  readonly tag: string;
  readonly functions: string[];
}

async function listed({ deployment }: Deployed): Promise<Listed[]> {
  return JSON.parse(await deployment.slipway("images", "list", "--json"));
}

/** What AWS says that the functions' newest tasks run, without the gateway. */
async function imagesRun({ aws }: Deployed): Promise<string[]> {
  const { taskDefinitionArns = [] } = await aws.ecs.send(new ListTaskDefinitionsCommand({ status: "ACTIVE" }));
  const definitions = await Promise.all(
    taskDefinitionArns.map((taskDefinition) => aws.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))),
  );
  const containers = definitions.flatMap(({ taskDefinition }) => taskDefinition!.containerDefinitions!);
  return [...new Set(containers.flatMap(({ name, image }) => (name === "app" ? [image!] : [])))];
}

const environment = () => world.deployEnv;

lifecycle({ name: "hello", prepare: withDockerfile, environment }, PATH_MODE, (deployed) => {
  test("the registry has the image that the tasks run, and it is one for both functions", async () => {
    const [image, ...others] = await listed(deployed());
    expect(others).toEqual([]);
    expect(image!.functions).toEqual(["hello/greet", "hello/process"]);
    expect(await digestOf(parseRegistry(world.url), image!.repository, image!.tag)).toMatch(/^sha256:/);
    const run = await imagesRun(deployed());
    expect(run).toEqual([expect.stringMatching(new RegExp(`/${image!.repository}:${image!.tag}$`))]);
  });

  test("one byte of the code changes the image's step, the task definitions and the services, and pushes another image", async () => {
    const [before] = await listed(deployed());
    const { deployment, folder } = deployed();
    appendFileSync(join(folder, "image/app.py"), "#");
    const { resource_changes = [] } = await deployment.firstPlan();
    const changed = resource_changes
      .filter(({ mode, change }) => mode === "managed" && !change.actions.includes("no-op"))
      .map(({ type }) => type);
    expect([...new Set(changed)].sort()).toEqual([
      // It says which revision is the newest.
      "aws_dynamodb_table_item",
      "aws_ecs_service",
      "aws_ecs_task_definition",
      "terraform_data",
    ]);
    expect(changed.filter((type) => type === "terraform_data")).toHaveLength(1);
    await deployment.deploy();
    const [after] = await listed(deployed());
    expect(after!.tag).not.toBe(before!.tag);
    expect(await digestOf(parseRegistry(world.url), after!.repository, after!.tag)).toMatch(/^sha256:/);
  });

  test("what the registry has is not built again", async () => {
    const [image] = await listed(deployed());
    expect(await deployed().deployment.slipway("images", "push")).toMatch(
      new RegExp(`/${image!.repository}:${image!.tag} is there already, sha256:`),
    );
  });
});
