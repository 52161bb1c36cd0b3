/** The address ranges of a network's subnets, one of each kind for each zone. */
export interface SubnetPlan {
  readonly privateCidrs: readonly string[];
  readonly publicCidrs: readonly string[];
}

/** Ranges are laid out for this many zones whatever `azs` says, so that adding a zone later changes no existing subnet. */
export const MOST_ZONES = 4;

/**
 * A VPC's range in sixteenths: private subnets are two each (tasks live there), public ones one each (load balancer and NAT), and the
 * last quarter stays free.
 */
export function subnetPlan(cidr: string, azs: number): SubnetPlan {
  const [address, prefix] = cidr.split("/") as [string, string];
  const base = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const sixteenth = 2 ** (32 - Number(prefix) - 4);
  const range = (index: number, sixteenths: number) =>
    `${dotted(base + index * sixteenth)}/${Number(prefix) + (sixteenths === 2 ? 3 : 4)}`;
  const zones = Array.from({ length: azs }, (_, zone) => zone);
  return {
    privateCidrs: zones.map((zone) => range(zone * 2, 2)),
    publicCidrs: zones.map((zone) => range(MOST_ZONES * 2 + zone, 1)),
  };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
