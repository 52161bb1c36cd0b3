import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPlant, type Change } from "../../chaos/calls/plants";
import { AwsStandIns } from "../../runtime/calls/aws-stand-ins";
import { onStop } from "../../runtime/gateway/loopback";
import type { Row } from "../report";
import type { Soak } from "../soak";
import { CASES } from "./calls";
import { World } from "./world";

const WORKER = "lib/runtime/gateway/calls/worker";

/** Bugs, and the case that must break by each. */
const PLANTS: readonly {
  readonly what: string;
  readonly breaks: keyof typeof CASES;
  readonly changes: readonly Change[];
}[] = [
  {
    what: "messages of running calls are not hidden anew",
    breaks: "lease",
    changes: [
      {
        file: `${WORKER}/held-message.ts`,
        text: "await this.hideUntil(this.clock.now() + this.visibilityMs);",
        instead: "",
      },
    ],
  },
  {
    what: "beats come three times as late as they should",
    breaks: "cancel",
    changes: [
      {
        file: `${WORKER}/heart.ts`,
        text: "setTimeout(() => this.beat(), this.context.config.heartbeatMs)",
        instead: "setTimeout(() => this.beat(), 3 * this.context.config.heartbeatMs)",
      },
    ],
  },
  {
    what: "an attempt has 3 s more than its limit",
    breaks: "timeout",
    changes: [{ file: `${WORKER}/attempt.ts`, text: "this.after(leftMs, ", instead: "this.after(leftMs + 3000, " }],
  },
  {
    what: "a task that says nothing is believed to live four times as long",
    breaks: "deadWorkers",
    changes: [
      {
        file: "lib/calls/transitions/worker.ts",
        text: "ownerBeat + rules.visibilityMs",
        instead: "ownerBeat + 4 * rules.visibilityMs",
      },
    ],
  },
  {
    what: "old tasks do not stand aside",
    breaks: "deploy",
    changes: [{ file: `${WORKER}/revision.ts`, text: "if (this.newest <= this.own) return 0;", instead: "return 0;" }],
  },
];

/** Shows that each case can fail. */
export async function plantedCalls(soak: Soak): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, breaks, changes } of PLANTS) {
    const folder = mkdtempSync(join(tmpdir(), "slipway-soak-"));
    onStop(() => rmSync(folder, { recursive: true, force: true }));
    await buildPlant({ what, changes }, folder);
    const world = new World({ ...soak, program: join(folder, "gateway.cjs") }, await AwsStandIns.start());
    const broken = (await CASES[breaks](world)).filter(({ isWithin }) => !isWithin);
    const found = broken.map(({ name, through }) => `${name}: ${through}`);
    soak.say(`${what}: ${found.join("\n        ") || "not caught"}`);
    rows.push({
      name: `planted: ${what}`,
      trials: 1,
      through: broken.length > 0 ? `caught: ${broken.map(({ through }) => through)[0]}` : "NOT CAUGHT",
      bound: "caught",
      isWithin: broken.length > 0,
    });
  }
  return rows;
}
