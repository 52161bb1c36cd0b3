import { checkConditions } from "./conditions";
import { hashedPriority, type PriorityRange, priorityRange } from "./priority";
import type { RoutingProblem } from "./problem";
import type { ListenerRule, RuleConditions } from "./rule";
import { bandOf } from "./specificity";

/** One rule that a construct asks for. */
export interface RouteRequest {
  /** The construct's path, for messages. */
  readonly path: string;
  readonly target: string;
  /** At most five values: what has more is several requests, by `splitConditions`. */
  readonly conditions: RuleConditions;
  /** Set by the user, to settle a collision. */
  readonly rulePriority?: number;
}

export interface AssignedPriorities {
  /** One rule for each request, in the requests' order, also where there are problems. */
  readonly rules: ListenerRule[];
  /** By construct path; the same whatever the requests' order. */
  readonly problems: RoutingProblem[];
}

interface Placed extends RouteRequest {
  readonly priority: number;
  readonly range: PriorityRange;
}

/**
 * Gives each request its priority: the hashed one, or the user's. Nothing is ever moved because of something else, so
 * two that meet are a problem for a person, told with numbers that are free. Setting all of them settles all collisions.
 */
export function assignPriorities(requests: readonly RouteRequest[], priorityBand: number): AssignedPriorities {
  const placed = requests.map((request): Placed => {
    const priority = request.rulePriority ?? hashedPriority(request.conditions, request.target, priorityBand);
    return { ...request, priority, range: priorityRange(bandOf(request.conditions), priorityBand) };
  });
  const ordered = [...placed].sort(byRightToStay);
  const problems = [
    ...ordered.flatMap((request) => checkConditions(request.conditions, request.path)),
    ...duplicateProblems(ordered),
    ...priorityProblems(ordered),
  ];
  return {
    rules: placed.map(({ priority, conditions, target }) => ({ priority, ...conditions, target })),
    problems: problems.sort(
      (a, b) => compare(a.path, b.path) || compare(a.code, b.code) || compare(a.message, b.message),
    ),
  };
}

/** A hashed priority is the one to leave alone; one that was set by hand can be set again. */
function byRightToStay(a: Placed, b: Placed): number {
  return (
    Number(a.rulePriority !== undefined) - Number(b.rulePriority !== undefined) ||
    compare(a.target, b.target) ||
    compare(a.path, b.path) ||
    compare(JSON.stringify(a.conditions), JSON.stringify(b.conditions))
  );
}

/** Two requests that share a host and path: only one of them would ever be reached there. */
function duplicateProblems(ordered: readonly Placed[]): RoutingProblem[] {
  const groups = new Map<string, { place: string; sharing: Placed[] }>();
  for (const [place, sharing] of groupBy(ordered, (request) => placesOf(request.conditions))) {
    const key = JSON.stringify(sharing.map((request) => ordered.indexOf(request)));
    if (sharing.length > 1 && !groups.has(key)) groups.set(key, { place, sharing });
  }
  return [...groups.values()].flatMap(({ place, sharing }) =>
    sharing.map((request) => ({
      code: "SLIPWAY_E_DUPLICATE_ROUTE",
      path: request.path,
      prop: "label",
      value: place,
      message: `also taken by ${pathsOf(sharing.filter((other) => other !== request))}`,
      fix: "Give each endpoint a label of its own",
    })),
  );
}

function priorityProblems(ordered: readonly Placed[]): RoutingProblem[] {
  const taken = new Set(ordered.map((request) => request.priority));
  const takeFree = (range: PriorityRange, near: number): number | undefined => {
    const free = nearestFree(range, near, taken);
    if (free !== undefined) taken.add(free);
    return free;
  };
  const outside = ordered.filter((request) => !isWithin(request.range, request.priority));
  const inside = ordered.filter((request) => isWithin(request.range, request.priority));
  const meeting = [...groupBy(inside, (request) => [request.priority]).values()]
    .map(withoutDuplicates)
    .filter((group) => group.length > 1);
  return [
    ...meeting.flatMap((group) => collisionProblems(group, takeFree)),
    ...outside.map((request) => rangeProblem(request, takeFree)),
  ];
}

type TakeFree = (range: PriorityRange, near: number) => number | undefined;

function collisionProblems(group: readonly Placed[], takeFree: TakeFree): RoutingProblem[] {
  const moves = group.slice(1).map((request) => ({ request, free: takeFree(request.range, request.priority) }));
  const settled = moves.every(({ free }) => free !== undefined);
  const settings = moves.map(({ request, free }) => `rulePriority: ${free} on ${request.path}`).join(", ");
  return group.map((request) => ({
    code: "SLIPWAY_E_RULE_PRIORITY_COLLISION",
    path: request.path,
    prop: "rulePriority",
    value: request.priority,
    message: `the listener rule of ${pathsOf(group.filter((other) => other !== request))} has the same priority`,
    fix: settled
      ? `Set ${settings}; where that rule is deployed already, set the number on the new one instead`
      : noneFree(request.range),
  }));
}

function rangeProblem(request: Placed, takeFree: TakeFree): RoutingProblem {
  const { first, last } = request.range;
  const free = takeFree(request.range, request.priority);
  return {
    code: "SLIPWAY_E_RULE_PRIORITY_RANGE",
    path: request.path,
    prop: "rulePriority",
    value: request.priority,
    message: `rules this specific have priorities ${first} to ${last} in this stack, integers only`,
    fix: free === undefined ? noneFree(request.range) : `Set rulePriority: ${free}, or leave it out`,
  };
}

function noneFree({ first, last }: PriorityRange): string {
  return `Move endpoints to another Platform: all priorities from ${first} to ${last} are taken`;
}

function isWithin({ first, last }: PriorityRange, priority: number): boolean {
  return Number.isInteger(priority) && priority >= first && priority <= last;
}

function nearestFree({ first, last }: PriorityRange, near: number, taken: ReadonlySet<number>): number | undefined {
  const start = Number.isNaN(near) ? first : Math.min(last, Math.max(first, Math.round(near)));
  for (let distance = 0; distance <= last - first; distance += 1) {
    for (const candidate of [start + distance, start - distance]) {
      if (candidate >= first && candidate <= last && !taken.has(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Requests for one place are told to take different labels, which moves their priorities apart too. */
function withoutDuplicates(group: readonly Placed[]): Placed[] {
  const places = new Set<string>();
  return group.filter(({ conditions }) => {
    const own = placesOf(conditions);
    const isNew = own.every((place) => !places.has(place));
    for (const place of own) places.add(place);
    return isNew;
  });
}

/** Every host with every path, as a person would write it: `api.example.com/v1/*`. */
function placesOf({ hosts, paths }: RuleConditions): string[] {
  const anyIfNone = (values: readonly string[]) => (values.length === 0 ? [""] : values);
  const places = anyIfNone(hosts).flatMap((host) => anyIfNone(paths).map((path) => host.toLowerCase() + path));
  return [...new Set(places)];
}

function pathsOf(requests: readonly Placed[]): string {
  return requests.map((request) => request.path).join(" and ");
}

function groupBy<T, K>(items: readonly T[], keysOf: (item: T) => readonly K[]): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
