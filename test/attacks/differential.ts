import Table from "cli-table3";
import type { Child } from "../chaos/child";
import { Program } from "../chaos/program";
import { gatewayConfig } from "../runtime/gateway/gateway-process";
import { ATTACKS } from "./corpus";
import { DIFFERENCES } from "./differences";
import { exchange, HOST } from "./exchange";
import { PEERS, type Peer, startPeer } from "./peers";
import { Recorder } from "./recorder";
import { complaints, complaintsOfApp } from "./verdict";

type Class = keyof typeof ATTACKS;

/** What of a class's cases came out otherwise, by name. */
type Found = Readonly<Record<Class, ReadonlyMap<string, string>>>;

const CLASSES = Object.keys(ATTACKS) as Class[];

/** Longer than the peers' own timers. */
const PATIENCE_MS = 3500;

/**
 * The corpus through the gateway, nginx and HAProxy, before the same recording app. The gateway has to do what each case
 * demands; where another lets the app see something else, `differences/` has to say why, and may say so nowhere else.
 * Returns what did not hold.
 */
export async function differential(print: (line: string) => void): Promise<string[]> {
  const wrong: string[] = [];
  const gateway = await withGateway();
  const peers = {} as Record<Peer, Found>;
  for (const peer of PEERS) peers[peer] = await withPeer(peer);

  const table = new Table({
    head: ["class", "cases", "gateway", "nginx", "HAProxy"],
    colAligns: ["left", "right", "left", "left", "left"],
    style: { head: [], border: [] },
  });
  for (const name of CLASSES) {
    const count = ATTACKS[name].length;
    const cell = (found: Found) => (found[name].size === 0 ? "as demanded" : `${found[name].size} otherwise`);
    table.push([name, count, cell(gateway), cell(peers.nginx), cell(peers.haproxy)]);
    for (const [attack, complaint] of gateway[name]) wrong.push(`gateway, ${name}, ${attack}: ${complaint}`);
  }
  print(table.toString());

  for (const peer of PEERS) {
    for (const name of CLASSES) {
      const explained = new Set(
        DIFFERENCES[name].flatMap((difference) => [...(difference.both ?? []), ...(difference[peer] ?? [])]),
      );
      for (const [attack, what] of peers[peer][name]) {
        if (!explained.has(attack)) wrong.push(`${peer}, ${name}, ${attack}: no explanation of ${what}`);
      }
      const mayBeAbsent = new Set(DIFFERENCES[name].flatMap(({ sometimes = [] }) => sometimes));
      for (const attack of explained) {
        if (peers[peer][name].has(attack) || mayBeAbsent.has(attack)) continue;
        wrong.push(`${peer}, ${name}, ${attack}: an explanation of no difference`);
      }
    }
  }
  for (const name of CLASSES)
    for (const { why, sometimes: _, ...of } of DIFFERENCES[name]) print(`${name}: ${counts(of)}: ${why}`);
  return wrong;
}

function counts(of: Readonly<Record<string, readonly string[] | undefined>>): string {
  return Object.entries(of)
    .map(([who, names]) => `${names?.length} of ${who}`)
    .join(", ");
}

async function withGateway(): Promise<Found> {
  const recorder = await Recorder.start();
  const program = await Program.start(await gatewayConfig(recorder.port));
  return tryAll(program, recorder, complaints);
}

async function withPeer(peer: Peer): Promise<Found> {
  const recorder = await Recorder.start();
  const child = await startPeer(peer, recorder.port);
  // What asked whether it is up.
  recorder.take();
  return tryAll(child, recorder, complaintsOfApp);
}

async function tryAll(
  proxy: Child & { readonly port: number },
  recorder: Recorder,
  judge: typeof complaints,
): Promise<Found> {
  const found = {} as Record<Class, Map<string, string>>;
  const to = { port: proxy.port, recorder, patienceMs: PATIENCE_MS };
  for (const name of CLASSES) {
    found[name] = new Map();
    for (const [i, attack] of ATTACKS[name].entries()) {
      const list = judge(attack, await exchange(attack, { host: HOST, path: `/${name}/${i}` }, to));
      if (list.length > 0) found[name].set(attack.name, list.join("; "));
    }
  }
  await proxy.end();
  await recorder.stop();
  return found;
}
