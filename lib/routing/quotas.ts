import type { RoutingProblem } from "./problem";

export interface QuotaCounts {
  /** Listener rules of all listeners, without the default ones. */
  readonly rules: number;
  readonly targetGroups: number;
  /** Certificates without the default one. */
  readonly certificates: number;
}

/** For one load balancer. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
export const LOAD_BALANCER_QUOTAS: Readonly<QuotaCounts> = { rules: 100, targetGroups: 100, certificates: 25 };

const WARN_AT = 0.8;

const WORDS: Readonly<Record<keyof QuotaCounts, string>> = {
  rules: "listener rules",
  targetGroups: "target groups",
  certificates: "certificates",
};

/** Holds what a stack puts on one load balancer against AWS's quotas: warns from 80 %, refuses above. */
export function countQuotas(counts: QuotaCounts): { warnings: string[]; problems: Omit<RoutingProblem, "path">[] } {
  const warnings: string[] = [];
  const problems: Omit<RoutingProblem, "path">[] = [];
  for (const kind of Object.keys(WORDS) as (keyof QuotaCounts)[]) {
    const [count, limit] = [counts[kind], LOAD_BALANCER_QUOTAS[kind]];
    const message = `${count} of ${limit} ${WORDS[kind]} on one load balancer`;
    if (count > limit) {
      problems.push({
        code: "SLIPWAY_E_QUOTA",
        prop: kind,
        value: count,
        message,
        fix: "Put some of the endpoints on a second Platform: every Platform has its own load balancer",
      });
    } else if (count >= WARN_AT * limit) {
      warnings.push(`${message}: beyond ${limit} a second Platform is needed`);
    }
  }
  return { warnings, problems };
}
