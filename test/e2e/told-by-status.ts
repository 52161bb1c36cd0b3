import { CREDENTIALS, run } from "../runtime/deployed/deployed-project";
import { exampleFolder } from "../runtime/kinds/example";
import type { DeployedExample } from "./example-lifecycle";

/** Terraform's names in AWS are those in the manifest; the emulator starts no task, so none is behind the load balancer. */
export function toldByStatus(deployed: () => DeployedExample<string>): void {
  test("slipway status finds what terraform deployed, with its version and its address", async () => {
    const { emulator } = deployed();
    const { code, out } = await run(["status", "--json", "--folder", exampleFolder("hello")], emulator, CREDENTIALS);
    const { endpoints } = JSON.parse(out);
    expect(endpoints).toMatchObject(
      ["greet", "process"].map((name) => ({
        target: `hello/${name}`,
        state: "unhealthy",
        url: expect.stringMatching(new RegExp(`^http://acme-.*\\.elb\\.amazonaws\\.com/hello-${name}/$`)),
        deployments: [{ status: "PRIMARY", revision: 1 }],
      })),
    );
    expect(code).toBe(1);
  });
}
