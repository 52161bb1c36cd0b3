import { stableHash } from "../naming";
import type { RuleConditions } from "./rule";
import { BANDS, type Band, bandOf } from "./specificity";

export interface PriorityRange {
  readonly first: number;
  readonly last: number;
}

/**
 * How many of ALB's priorities each band has. Most endpoints are one exact host, and in path mode one prefix, so those
 * bands are the widest: the wider, the rarer two hashes meet. 48001 to 50000 stay free for rules made by hand.
 */
const BAND_WIDTHS: Readonly<Record<Band, number>> = {
  "host-path": 1800,
  "host-prefix": 3000,
  host: 27000,
  prefix: 14400,
  "wildcard-host": 900,
  "catch-all": 900,
};

/** Every band is cut into this many sub-ranges, one for each stack that puts rules on the same listener. */
export const PRIORITY_BANDS = 16;

/** The first sub-range is the platform's own stack's, where most users have all their endpoints: as wide as five of the others. */
const OWN_SHARES = 5;
const SHARES = OWN_SHARES + PRIORITY_BANDS - 1;

/** The priorities that one stack may use for rules of one band. */
export function priorityRange(band: Band, priorityBand: number): PriorityRange {
  if (!Number.isInteger(priorityBand) || priorityBand < 0 || priorityBand >= PRIORITY_BANDS) {
    throw new RangeError(`priorityBand is an integer from 0 to ${PRIORITY_BANDS - 1}, not ${priorityBand}`);
  }
  const wider = BANDS.slice(0, BANDS.indexOf(band));
  const bandFirst = wider.reduce((sum, each) => sum + BAND_WIDTHS[each], 1);
  const share = BAND_WIDTHS[band] / SHARES;
  const first = priorityBand === 0 ? bandFirst : bandFirst + (OWN_SHARES + priorityBand - 1) * share;
  return { first, last: first + (priorityBand === 0 ? OWN_SHARES : 1) * share - 1 };
}

/**
 * A rule's priority, from itself alone: other rules, their number and their order never move it, so no apply changes the
 * priority of a rule that exists. The target is part of it: two endpoints that trade labels would otherwise trade
 * priorities, which ALB refuses with PriorityInUse.
 */
export function hashedPriority(conditions: RuleConditions, target: string, priorityBand: number): number {
  const { first, last } = priorityRange(bandOf(conditions), priorityBand);
  const hosts = sorted(conditions.hosts.map((host) => host.toLowerCase()));
  const paths = sorted(conditions.paths);
  const hash = stableHash([target, String(hosts.length), ...hosts, ...paths], 12);
  return first + (Number.parseInt(hash, 16) % (last - first + 1));
}

function sorted(values: readonly string[]): string[] {
  return [...values].sort();
}
