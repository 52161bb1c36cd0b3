import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

const ROOT = join(__dirname, "../../..");

/** A change to a source, so small that it can be looked at: a text of it, and what stands there instead. */
export interface Change {
  readonly file: string;
  readonly text: string;
  readonly instead: string;
}

/** A build of the program that is not as it should be, to see that a run catches it. */
export interface Plant {
  readonly what: string;
  /** Properties, of which at least one must be broken; none: nothing is wrong with the build, and none may be. */
  readonly breaks: readonly string[];
  readonly changes: readonly Change[];
}

const TRANSITIONS = "lib/calls/transitions";

/** Half a minute of slack before anything is swept would make every run a minute longer. */
const SOONER: readonly Change[] = [
  { file: `${TRANSITIONS}/rules.ts`, text: "UNSENT_MS = 30_000", instead: "UNSENT_MS = 3000" },
  { file: `${TRANSITIONS}/sweeper.ts`, text: "SWEEP_SLACK_MS = 30_000", instead: "SWEEP_SLACK_MS = 5000" },
];

export const PLANTS: readonly Plant[] = [
  { what: "nothing removed, swept sooner", breaks: [], changes: SOONER },
  {
    what: "removed: the fence",
    breaks: [
      "no attempt is begun twice",
      "no call has two results",
      "no call is open again after its end",
      "a result is of the newest attempt that was claimed",
    ],
    changes: [
      ...SOONER,
      {
        file: `${TRANSITIONS}/ending.ts`,
        text: "return leaseOwner === undefined ? { state, attempt } : { state, attempt, leaseOwner };",
        instead: "void [state, attempt, leaseOwner]; return {};",
      },
    ],
  },
  {
    what: "removed: the rule that a message is deleted only when its call is final",
    breaks: ["the last message of a call is deleted only when the call is final"],
    changes: [
      ...SOONER,
      {
        file: "lib/runtime/gateway/calls/worker/delivery.ts",
        text: "await message.hideUntil(verdict.at);",
        instead: "await message.delete();",
      },
    ],
  },
  {
    what: "removed: the sweep's sending of messages",
    breaks: ["no call is left without a message", "a call is accepted only when its message is sent"],
    changes: [
      ...SOONER,
      {
        file: `${TRANSITIONS}/sweeper.ts`,
        text: '? { kind: "send", change: change({ sentAt: now }) }',
        instead: '? { kind: "wait", change: change({ sentAt: now }) }',
      },
    ],
  },
];

/** Bundles the program with the changes in it; refuses when one no longer fits. */
export async function buildPlant({ what, changes }: Pick<Plant, "what" | "changes">, outdir: string): Promise<void> {
  const left = new Set(changes);
  const plugin: Plugin = {
    name: "plant",
    setup: ({ onLoad }) => {
      onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path }) => {
        const own = changes.filter(({ file }) => path === join(ROOT, file));
        if (own.length === 0) return undefined;
        let contents = await readFile(path, "utf8");
        for (const change of own) {
          const parts = contents.split(change.text);
          if (parts.length !== 2) throw new Error(`"${what}" no longer fits: ${change.text}`);
          contents = parts.join(change.instead);
          left.delete(change);
        }
        return { contents, loader: "ts" };
      });
    },
  };
  await build({ ...(await gatewayBundle(outdir)), plugins: [plugin], legalComments: "none", logLevel: "error" });
  if (left.size > 0) throw new Error(`"${what}" is about a source that is not in the program`);
}

/** As the package bundles it. An ES module, which a script here can only import. */
async function gatewayBundle(outdir: string): Promise<BuildOptions> {
  const module = await import(pathToFileURL(join(ROOT, "scripts/gateway-bundle.mjs")).href);
  return module.gatewayBundle(outdir);
}
