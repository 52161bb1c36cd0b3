import { type Attack, type Forwarded, textFor } from "./corpus";
import type { Outcome } from "./exchange";
import type { ReadRequest } from "./strict-reader";

/** What is wrong with the outcome of a case; empty when all that must hold does. */
export function complaints(attack: Attack, outcome: Outcome): string[] {
  const { must } = attack;
  const { statuses, isClosed } = outcome;
  const list = [...complaintsOfApp(attack, outcome)];
  if (!isClosed) list.push("the connection stays open");
  const served = must.kind === "forwarded" ? must.requests.length : 0;
  const refusal = must.kind === "forwarded" ? (typeof must.then === "number" ? [must.then] : []) : [must.status];
  const wanted = [...Array<number>(served).fill(200), ...refusal, ...(goesOn(attack) ? [200] : [])];
  if (`${statuses}` !== `${wanted}`) list.push(`the client heard ${statuses}, not ${wanted}`);
  return list;
}

/** Whether the next request of the connection is served. */
function goesOn({ must }: Attack): boolean {
  return must.kind === "answered" || (must.kind === "forwarded" && must.then === "open");
}

/** What is wrong with what the app got, whatever the client was told. */
export function complaintsOfApp(attack: Attack, outcome: Outcome): string[] {
  const { bytes, must } = attack;
  const { requests, cuts, faults, nexts, place } = outcome;
  const list = faults.map((fault) => `the app got what it must not: ${fault}`);
  const smuggled = [...requests.map(({ target }) => target), ...cuts].filter((text) => text.includes("/smuggled/"));
  if (smuggled.length > 0) list.push(`smuggled: ${smuggled.join()}`);

  const served = must.kind === "forwarded" ? must.requests : [];
  if (requests.length !== served.length)
    list.push(`${requests.length} requests at the app: ${requests.map(brief).join()}`);
  const [method = "", target = ""] = bytes(place).trimStart().split(/ +/, 2);
  for (const [i, wanted] of served.entries()) {
    const own = wanted.below ? place.path + wanted.below : target;
    const difference = requests[i] && differs(requests[i], { ...wanted, method, target: own }, outcome);
    if (difference !== undefined) list.push(difference);
  }
  if (must.kind !== "cut" && cuts.length > 0)
    list.push(`the app got a part: ${JSON.stringify(cuts.join().slice(0, 200))}`);
  if (nexts !== (goesOn(attack) ? 1 : 0)) list.push(`the next request was served ${nexts} times`);
  return list;
}

function differs(
  { method, target, headers, body }: ReadRequest,
  wanted: Forwarded & { readonly method: string; readonly target: string },
  { place }: Outcome,
): string | undefined {
  if (method !== wanted.method) return `the method ${method}`;
  if (target !== wanted.target) return `the target ${target.slice(0, 200)}`;
  const expected = textFor(wanted.body ?? "", place);
  if (body !== expected) return `the body ${JSON.stringify(body.slice(0, 200))}`;
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const missing = wanted.having?.find((line) => !lines.includes(line));
  if (missing !== undefined) return `no ${missing.slice(0, 200)}`;
  const kept = wanted.without?.find((name) => headers.some(([each]) => each === name));
  return kept && `the header ${kept}`;
}

function brief({ method, target }: ReadRequest): string {
  return `${method} ${target.slice(0, 100)}`;
}
