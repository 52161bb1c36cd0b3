import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LocalBackend } from "cdktf";
import { manifestSchema } from "../../lib/manifest";
import { workerConfigSchema } from "../../lib/task";
import { addFunction } from "./calls-stack";
import { expectGolden } from "./golden";
import { addEndpoint, type Config, newApp, newStack, platformIn, temporaryFolder } from "./stacks";

/** What an app with one endpoint and two functions writes. */
function written(): { terraform: string; manifest: string; said: string } {
  const outdir = temporaryFolder();
  const app = newApp(outdir);
  const stack = newStack("calls", app);
  // The default names the folder that this runs in.
  new LocalBackend(stack, { path: "terraform.tfstate" });
  const platform = platformIn(stack, { environment: "prod" });
  addEndpoint(stack, platform, "greet");
  addFunction(stack, platform, "work", { retries: 3, concurrency: { maxInputs: 4 }, maxPending: 1000 });
  addFunction(stack, platform, "train", { app: "models", minContainers: 1, timeout: "2h", exec: true });
  app.synth();
  const read = (file: string) => readFileSync(join(outdir, file), "utf8");
  const { annotations } = JSON.parse(read("manifest.json")).stacks.calls;
  return {
    terraform: read("stacks/calls/cdk.tf.json"),
    manifest: read("stacks/calls/slipway.json"),
    said: annotations.map(({ message }: { message: string }) => message).join("\n"),
  };
}

describe("a stack with functions", () => {
  const { terraform, manifest, said } = written();

  test("deploys what is committed", () => {
    expectGolden("calls/cdk.tf.json", terraform);
    expectGolden("calls/slipway.json", manifest);
  });

  test("has a manifest whose workers' configurations are whole, so that the local engine can run them", () => {
    const { functions, queues, calls, routes } = manifestSchema.parse(JSON.parse(manifest));
    const workers = functions.filter(({ kind }) => kind === "function");
    expect(workers.map(({ app, name }) => `${app}/${name}`)).toEqual(["hello/work", "models/train"]);
    for (const { task, gateway } of workers) {
      const { environment } = task.containers.find(({ name }) => name === "gateway")!;
      const config = workerConfigSchema.parse(JSON.parse(environment[0]!.value));
      expect(config).toEqual(gateway);
      expect(config.worker).toMatchObject({ ...calls });
      const queue = queues!.find(({ target }) => target === `${config.app}/${config.function}`)!;
      expect(config.worker.queueUrl).toBe(`https://sqs.us-east-1.amazonaws.com/000000000000/${queue.name}`);
      expect(config.worker.dlqUrl).toBe(`https://sqs.us-east-1.amazonaws.com/000000000000/${queue.deadLetters}`);
    }
    expect(routes.map(({ target }) => target)).toEqual(["hello/greet"]);
    expect(manifest).not.toContain("Token[");
  });

  test("tells what it costs while nobody calls: nobody's containers, but the looks of the control service", () => {
    const row = (start: string) =>
      said.split("\n").find((line) => line.trim().startsWith(`${start} `) && line.includes("$"));
    // 16 queries each 30 s at half a read, and a question to the queue each minute; or long polls of 20 s by the one container.
    expect(row("hello/work")).toMatch(/\$0\.11\/month +0 to 10 x 0\.5 vCPU/);
    expect(row("models/train")).toMatch(/\$21\.41\/month +1 to 10 x /);
    expect(row("control service")).toMatch(/\$18\.02\/month +2 x 0\.25 vCPU, 512 MiB/);
    // Of both tasks: three writes a minute for the lease, and one to say where it is.
    expect(row("calls")).toMatch(/\$0\.22\/month +table and queues by the million requests: \$0\.625 writes/);
    // Of hello/work: the two alarms of its target tracking, and its two steps; of models/train the former only.
    expect(row("scaling alarms")).toMatch(/\$2\.30\/month/);
    const costs = [...said.matchAll(/\$(\d+\.\d\d)\/month/g)].map(([, amount]) => Number(amount));
    const total = costs.pop()!;
    expect(total).toBeCloseTo(
      costs.reduce((sum, cost) => sum + cost, 0),
      1,
    );
  });

  test("says of a function that it has no address", () => {
    expect(said).toMatch(/hello\/work +called by way of its queue/);
  });
});

test("every attribute that is emitted is one of provider 5.x: queues of 256 KiB at the most, and no region", () => {
  const { resource } = JSON.parse(written().terraform);
  for (const queue of Object.values<Config>(resource.aws_sqs_queue)) {
    expect(queue.max_message_size).toBeLessThanOrEqual(262_144);
  }
  const all = Object.values<Config>(resource).flatMap((named) => Object.values<Config>(named));
  expect(all.filter((config) => "region" in config)).toEqual([]);
});
