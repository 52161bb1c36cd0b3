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
  "host-path": 3200,
  "host-prefix": 4800,
  host: 24000,
  prefix: 12800,
  "wildcard-host": 1600,
  "catch-all": 1600,
};

/** Every band is cut into this many equal sub-ranges, one for each stack that puts rules on the same listener. */
export const PRIORITY_BANDS = 16;

/** The priorities that one stack may use for rules of one band. */
export function priorityRange(band: Band, priorityBand: number): PriorityRange {
  if (!Number.isInteger(priorityBand) || priorityBand < 0 || priorityBand >= PRIORITY_BANDS) {
    throw new RangeError(`priorityBand is an integer from 0 to ${PRIORITY_BANDS - 1}, not ${priorityBand}`);
  }
  const wider = BANDS.slice(0, BANDS.indexOf(band));
  const bandFirst = wider.reduce((sum, each) => sum + BAND_WIDTHS[each], 1);
  const width = BAND_WIDTHS[band] / PRIORITY_BANDS;
  const first = bandFirst + priorityBand * width;
  return { first, last: first + width - 1 };
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
