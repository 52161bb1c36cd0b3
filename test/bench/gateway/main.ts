import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { AuthTable } from "../../runtime/gateway/auth-table";
import { freePorts, stopEverything } from "../../runtime/gateway/loopback";
import { accepts, startOwn, stop, stopAll } from "./programs";
import { report } from "./report";
import { type Plan, type Round, runRounds, type Subject, summary } from "./rounds";
import { gateways, peers } from "./servers";

const PROGRAM = "dist/gateway/gateway.cjs";

const LOAD = { connections: 64, rate: 1000 };

const PLANS: Readonly<Record<"short" | "full", Plan>> = {
  short: {
    ...LOAD,
    generations: 1,
    rounds: 4,
    requests: 4000,
    warmUp: 15_000,
    openSeconds: 0.5,
    events: 10,
    echoes: 50,
  },
  full: {
    ...LOAD,
    generations: 5,
    rounds: 3,
    requests: 10_000,
    warmUp: 40_000,
    openSeconds: 1,
    events: 20,
    echoes: 100,
  },
};

const USAGE = `npm run bench:gateway -- [--short] [--json] [--only NAME,…] [--rounds N] [--against FILE]
  --short         a minute instead of twelve
  --json          the figures as JSON
  --only a,b      only servers whose names hold one of these words
  --rounds N      another number of rounds with the same processes
  --connections N another number of connections at saturation
  --gateway FILE  another build of the gateway than ${PROGRAM}
  --against FILE  a second build of the gateway, measured beside the first
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      connections: { type: "string" },
      gateway: { type: "string", default: PROGRAM },
      against: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const program = values.gateway;
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run build makes it`);
  const plan = {
    ...PLANS[values.short ? "short" : "full"],
    ...(values.rounds && { rounds: Number(values.rounds) }),
    ...(values.connections && { connections: Number(values.connections) }),
  };

  const table = await AuthTable.start();
  const { pair } = await table.store.create({ scopes: ["*/*/*"] });
  const [upstream] = await freePorts(1);
  startOwn("upstream", { PORT: `${upstream}` });
  await accepts(upstream!);
  const load = startOwn("load", { KEY_ID: pair.keyId, SECRET: pair.secret }, true);

  const wanted = values.only?.toLowerCase().split(",");
  const servers = [
    ...peers(),
    ...gateways(program, table),
    ...(values.against ? gateways(values.against, table, "against") : []),
  ].filter(({ name }) => !wanted || wanted.some((word) => name.toLowerCase().includes(word)));

  const installed = servers.filter(({ version }) => version !== undefined);
  const names = [{ name: "no proxy", version: undefined }, ...installed];
  const rounds = names.map((): Round[] => []);
  for (let generation = 0; generation < plan.generations; generation++) {
    const subjects: Subject[] = [{ name: "no proxy", port: upstream! }];
    for (const { name, start } of installed) {
      const { pid, port } = await start(upstream!);
      await accepts(port);
      subjects.push({ name, port, pid });
    }
    const more = await runRounds(plan, subjects, load, (round) => {
      process.stderr.write(`round ${generation * plan.rounds + round} of ${plan.generations * plan.rounds}\n`);
    });
    for (const [i, each] of more.entries()) rounds[i]!.push(...each);
    for (const { pid } of subjects) if (pid !== undefined) await stop(pid);
  }
  const figures = names.map(({ name, version }, i) => summary(name, version, rounds[i]!));
  const machine = `${cpus().length} cores, Node ${process.versions.node}, Linux ${process.arch}`;
  const missing = servers.filter(({ version }) => version === undefined).map(({ name }) => name);
  process.stdout.write(report({ figures, plan, machine, missing }, values.json));
}

process.once("SIGINT", () => process.exit(130));
process.once("exit", stopAll);
main()
  .catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  })
  .finally(stopEverything)
  .finally(() => process.exit());
