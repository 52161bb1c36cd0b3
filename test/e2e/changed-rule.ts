import { ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { send } from "../runtime/local/http";
import type { DeployedExample } from "./example-lifecycle";
import { readFunctions, readRules } from "./read-back";

const MOVED_HOST = "moved.example.com";

/** What is read back of examples/hello is what answers: another rule, another answer. */
export function followsChangedRule(deployed: () => DeployedExample<"greet" | "process">): void {
  test("a rule that is changed in AWS changes the answer", async () => {
    const { aws, served, place } = deployed();
    const functions = await readFunctions(aws);
    const greet = (await readRules(aws, functions)).find(({ target }) => target === "hello/greet")!;
    const hosts = { Field: "host-header", HostHeaderConfig: { Values: [MOVED_HOST] } };
    const paths = { Field: "path-pattern", PathPatternConfig: { Values: [...greet.paths] } };
    const Conditions = greet.paths.length > 0 ? [hosts, paths] : [hosts];
    await aws.elb.send(new ModifyRuleCommand({ RuleArn: greet.arn, Conditions }));

    served.setRules(await readRules(aws, functions));

    const { port, host, base } = place("greet");
    expect((await send({ port, host, path: `${base}/` })).status).toBe(404);
    const moved = await send({ port, host: MOVED_HOST, path: `${base}/` });
    expect([moved.status, moved.text]).toEqual([200, '{"message":"Hello, World!"}']);
  });
}
