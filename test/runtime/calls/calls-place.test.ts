import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FunctionEntry } from "../../../lib/calls";
import { bucketsNamed, findBuckets } from "../../../lib/calls/aws/find-bucket";
import { callsPlace } from "../../../lib/cli/calls-place";
import { onStop, stopEverything } from "../gateway/loopback";
import { endAll } from "../local/cli-process";
import { AwsStandIns, BUCKET, REGISTRY, TABLE } from "./aws-stand-ins";
import { type Ended, operatorEnvironment, slipway } from "./command";
import { GivenCalls } from "./given-calls";

let aws: AwsStandIns;
let fn: FunctionEntry;
let given: GivenCalls;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});

beforeEach(async () => {
  aws.clear();
  fn = await aws.addFunction();
  given = new GivenCalls(aws, fn);
});

afterAll(async () => {
  await endAll();
  await stopEverything();
});

const calls = (args: readonly string[], env: NodeJS.ProcessEnv = {}, folder?: string): Promise<Ended> =>
  slipway(["calls", ...args], { ...operatorEnvironment(aws), ...env }, folder);

describe("whose calls", () => {
  let folder: string;
  const write = (stack: string, region: string, calls?: object) => {
    mkdirSync(join(folder, "cdktf.out/stacks", stack), { recursive: true });
    writeFileSync(
      join(folder, "cdktf.out/stacks", stack, "slipway.json"),
      JSON.stringify({ platform: { region }, calls }),
    );
  };
  const one = { table: "t1", registry: "r1", bucket: "b1" };

  beforeEach(() => {
    const own = mkdtempSync(join(tmpdir(), "slipway-calls-"));
    onStop(() => rmSync(own, { recursive: true }));
    folder = own;
  });

  test("are those of the app's last synth, unless it has several platforms", () => {
    expect(() => callsPlace({}, folder)).toThrow("no telling which calls table");
    write("one", "eu-west-1", one);
    write("two", "eu-west-1", { ...one, bucket: "b1-suffix" });
    write("three", "eu-west-1");
    const place = callsPlace({}, folder);
    expect([place.table, place.registry(), place.bucketNames(), place.region]).toEqual([
      "t1",
      "r1",
      ["b1", "b1-suffix"],
      "eu-west-1",
    ]);
    write("four", "us-east-1", { table: "t2", registry: "r2", bucket: "b2" });
    expect(() => callsPlace({}, folder)).toThrow("more than one calls table: t2, t1");
    const second = callsPlace({ table: "t2", bucket: "named" }, folder);
    expect([second.registry(), second.bucket, second.region]).toEqual(["r2", "named", "us-east-1"]);
  });

  test("another table has nothing to do with the app here", () => {
    write("one", "eu-west-1", one);
    const place = callsPlace({ table: "elsewhere" }, folder);
    expect(place.region).toBeUndefined();
    expect(() => place.registry()).toThrow("no telling which registry");
    expect(() => place.bucketNames()).toThrow("no telling which bucket of payloads");
  });

  test("have their payloads in the bucket of that very name, or with Terraform's suffix after it", async () => {
    const suffix = "-20260920101112131400000001";
    expect(bucketsNamed(["a-calls", `a-calls${suffix}`, "b-calls"], ["a-calls"])).toEqual(["a-calls"]);
    expect(bucketsNamed([`a-calls${suffix}`, "a-calls-logs", `ba-calls${suffix}`], ["a-calls"])).toEqual([
      `a-calls${suffix}`,
    ]);
    expect(await findBuckets(aws.clients.s3, [BUCKET])).toEqual([BUCKET]);
  });

  test("are found in the folder of the app, without any variable", async () => {
    write("one", "eu-west-1", { table: TABLE, registry: REGISTRY, bucket: BUCKET });
    const record = await given.successful(`"${"x".repeat(20_000)}"`);
    const nothing = { SLIPWAY_CALLS_TABLE: "", SLIPWAY_CALLS_REGISTRY: "", SLIPWAY_CALLS_BUCKET: "", AWS_REGION: "" };
    const { code, stdout } = await calls(["show", record.id, "--output"], nothing, folder);
    expect([code, stdout]).toEqual([0, `"${"x".repeat(20_000)}"`]);
    const gone = await calls(["show", record.id, "--output", "--bucket", "other"], nothing, folder);
    expect(gone.stderr).toContain("There is no bucket other.");
    const none = await calls(["list"], nothing);
    expect(none.stderr).toContain("There is no telling which calls table is meant.");
  });
});
