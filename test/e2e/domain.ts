import { awsCall } from "./aws-api";

const API = "/2013-04-01/hostedzone";

/** Makes the zone that a user brings along, and returns its id. */
export async function createHostedZone(endpoint: string, name: string): Promise<string> {
  const answer = await awsCall(endpoint, {
    service: "route53",
    path: API,
    headers: { "content-type": "text/xml" },
    body: `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>e2e</CallerReference></CreateHostedZoneRequest>`,
  });
  return /<Id>\/hostedzone\/([^<]+)<\/Id>/.exec(answer)![1]!;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  /** The record's values; of an alias, the name that it stands for. */
  readonly values: readonly string[];
}

export async function recordsOf(endpoint: string, zoneId: string): Promise<DnsRecord[]> {
  const answer = await awsCall(endpoint, { service: "route53", path: `${API}/${zoneId}/rrset` });
  return [...answer.matchAll(/<ResourceRecordSet>(.*?)<\/ResourceRecordSet>/gs)].map(([, record]) => ({
    // Route 53 writes `*` as its octal code.
    name: textOf("Name", record!)[0]!.replace("\\052", "*").replace(/\.$/, ""),
    type: textOf("Type", record!)[0]!,
    values: [...textOf("Value", record!), ...textOf("DNSName", record!)].map((value) => value.replace(/\.$/, "")),
  }));
}

export interface Certificate {
  readonly DomainName: string;
  readonly Status: string;
  readonly SubjectAlternativeNames: readonly string[];
}

export async function describeCertificate(endpoint: string, arn: string): Promise<Certificate> {
  const answer = await awsCall(endpoint, {
    service: "acm",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "CertificateManager.DescribeCertificate",
    },
    body: JSON.stringify({ CertificateArn: arn }),
  });
  return JSON.parse(answer).Certificate;
}

function textOf(tag: string, xml: string): string[] {
  return [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, text]) => text!);
}
