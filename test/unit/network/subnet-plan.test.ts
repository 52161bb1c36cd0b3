import fc from "fast-check";
import { subnetPlan } from "../../../lib/network";

const vpc = fc
  .record({ address: fc.integer({ min: 0, max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 16, max: 23 }) })
  .map(({ address, prefix }) => {
    const first = address - (address % 2 ** (32 - prefix));
    return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
  });
const azs = fc.integer({ min: 2, max: 4 });

/** First and last address of a range. */
function span(cidr: string): [number, number] {
  const [address, prefix] = cidr.split("/") as [string, string];
  const first = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

test("a /16 is laid out as the design says", () => {
  expect(subnetPlan("10.0.0.0/16", 2)).toEqual({
    privateCidrs: ["10.0.0.0/19", "10.0.32.0/19"],
    publicCidrs: ["10.0.128.0/20", "10.0.144.0/20"],
  });
});

test("there is one subnet of each kind for each zone", () => {
  fc.assert(
    fc.property(vpc, azs, (cidr, zones) => {
      const plan = subnetPlan(cidr, zones);
      expect([plan.privateCidrs.length, plan.publicCidrs.length]).toEqual([zones, zones]);
    }),
  );
});

test("no two subnets share an address, all are inside the VPC, and each starts where its prefix allows", () => {
  fc.assert(
    fc.property(vpc, azs, (cidr, zones) => {
      const plan = subnetPlan(cidr, zones);
      const [vpcFirst, vpcLast] = span(cidr);
      const spans = [...plan.privateCidrs, ...plan.publicCidrs].map(span).sort((a, b) => a[0] - b[0]);
      spans.forEach(([first, last], i) => {
        expect(first).toBeGreaterThan(i === 0 ? vpcFirst - 1 : spans[i - 1]![1]);
        expect(last).toBeLessThanOrEqual(vpcLast);
        expect(first % (last - first + 1)).toBe(0);
      });
    }),
  );
});

test("a public subnet is never smaller than the /27 that a load balancer wants, a private one than a /26", () => {
  fc.assert(
    fc.property(vpc, azs, (cidr, zones) => {
      const plan = subnetPlan(cidr, zones);
      for (const range of plan.publicCidrs) expect(Number(range.split("/")[1])).toBeLessThanOrEqual(27);
      for (const range of plan.privateCidrs) expect(Number(range.split("/")[1])).toBeLessThanOrEqual(26);
    }),
  );
});

test("a zone that is added changes no subnet that exists", () => {
  fc.assert(
    fc.property(vpc, fc.integer({ min: 2, max: 3 }), (cidr, zones) => {
      const [before, after] = [subnetPlan(cidr, zones), subnetPlan(cidr, zones + 1)];
      expect(after.privateCidrs.slice(0, zones)).toEqual(before.privateCidrs);
      expect(after.publicCidrs.slice(0, zones)).toEqual(before.publicCidrs);
    }),
  );
});
