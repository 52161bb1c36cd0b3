import { HELLO } from "../runtime/kinds/hello";
import { followsChangedRule } from "./changed-rule";
import { describeCertificate, recordsOf } from "./domain";
import { exampleLifecycle } from "./example-lifecycle";
import { DOMAIN, DOMAIN_MODE } from "./mode";
import { readListeners, readLoadBalancer } from "./read-back";

exampleLifecycle(HELLO, DOMAIN_MODE, (hello) => {
  test("HTTPS has an issued certificate for every host of the domain, and HTTP redirects to it", async () => {
    const { aws, emulator } = hello();
    const listeners = await readListeners(aws);
    const https = listeners.find(({ Port }) => Port === 443)!;
    expect(https).toMatchObject({ Protocol: "HTTPS", SslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" });
    const certificate = await describeCertificate(emulator.url, https.Certificates![0]!.CertificateArn!);
    expect(certificate).toMatchObject({ Status: "ISSUED", DomainName: `*.${DOMAIN}` });

    const http = listeners.find(({ Port }) => Port === 80)!;
    expect(http.DefaultActions).toMatchObject([
      { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443" } },
    ]);
  });

  test("every host of the domain is an alias of the load balancer", async () => {
    const { aws, emulator, context } = hello();
    const { DNSName } = await readLoadBalancer(aws);
    const records = await recordsOf(emulator.url, context.hostedZoneId!);
    expect(records).toContainEqual({ name: `*.${DOMAIN}`, type: "A", values: [DNSName] });
  });

  followsChangedRule(hello);
});
