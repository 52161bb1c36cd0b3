import { type Refused, refuse } from "./values";

export interface Ipv4Range {
  /** The range's first address, as a number. */
  readonly address: number;
  readonly prefix: number;
}

const OCTET = "(0|[1-9]\\d{0,2})";
const CIDR = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}/(0|[1-9]\\d?)$`);

/** An IPv4 range in CIDR notation, as strictly as AWS and Terraform read it: no leading zeros, no bits below the prefix. */
export function ipv4Range(text: string): Ipv4Range | Refused {
  const octets = (CIDR.exec(text)?.slice(1) ?? []).map(Number);
  const prefix = octets.pop();
  if (prefix === undefined || prefix > 32 || Math.max(...octets) > 255)
    return refuse("is not an IPv4 range in CIDR notation", 'Write for example "10.0.0.0/16"');
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const belowPrefix = address % 2 ** (32 - prefix);
  if (belowPrefix !== 0)
    return refuse("has address bits below its prefix", `Write "${dotted(address - belowPrefix)}/${prefix}"`);
  return { address, prefix };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
