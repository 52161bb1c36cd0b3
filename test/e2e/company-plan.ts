import type { Plan, StateResource } from "./deployment";

/** What a plan does to each type of resource, such as `create 2 aws_lb_listener_rule`. */
export function actionsIn({ resource_changes = [] }: Plan): string[] {
  const changes = resource_changes.filter(({ mode }) => mode === "managed");
  return counted(changes.map(({ type, change }) => [type, change.actions.join("+")]));
}

/** Which of another stack's ids each type of resource names, such as `aws_lb_listener_rule: listenerArn`. */
export function referencesIn(resources: readonly StateResource[], ids: ReadonlyMap<string, string>): string[] {
  const names = new Map<string, Set<string>>();
  for (const { type, values } of resources) {
    for (const name of namesIn(JSON.stringify(values), ids)) names.set(type, (names.get(type) ?? new Set()).add(name));
  }
  return [...names].map(([type, found]) => `${type}: ${[...found].sort().join(", ")}`).sort();
}

/** Of what a stack puts out, the ids of things in AWS, each with its output's name. */
export function idsIn(outputs: Readonly<Record<string, unknown>>): Map<string, string> {
  const named = Object.entries(outputs).filter(([name]) => /(Arn|Ids?|(cluster|Table|Full|Dns)Name)$/.test(name));
  return new Map(named.flatMap(([name, value]) => [value].flat().map((id) => [id as string, name])));
}

/** An id may be a part of another, as a cluster's name is of its ARN: then only the whole one counts. */
function namesIn(text: string, ids: ReadonlyMap<string, string>): string[] {
  const longestFirst = [...ids].sort(([a], [b]) => b.length - a.length);
  let rest = text;
  return longestFirst.flatMap(([id, name]) => {
    if (!rest.includes(id)) return [];
    rest = rest.replaceAll(id, "");
    return [name];
  });
}

function counted(pairs: readonly [type: string, action: string][]): string[] {
  const counts = new Map<string, number>();
  for (const pair of pairs.map((one) => one.join(" "))) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return [...counts].sort().map(([pair, count]) => {
    const [type, action] = pair.split(" ");
    return `${action} ${count} ${type}`;
  });
}
