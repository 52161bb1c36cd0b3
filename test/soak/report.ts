import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import Table from "cli-table3";

/** What one case of a suite came to. */
export interface Row {
  readonly name: string;
  readonly trials: number;
  /** Without the gateway, where the case was run that way too. */
  readonly alone?: string;
  /** With the gateway: what counts. */
  readonly through: string;
  readonly bound: string;
  readonly isWithin: boolean;
}

/** What a report is about: which sources, on what. */
export function header(suite: string, isShort: boolean): string {
  const form = isShort ? "short form" : "long form";
  const machine = `node ${process.version}, ${availableParallelism()} cores`;
  return `soak: ${suite}, ${form}\ncommit ${commit()}, ${machine}, ${new Date().toISOString().slice(0, 16)}Z`;
}

function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: __dirname, encoding: "utf8" }).trim();
  const isDirty = git("status", "--porcelain", "--", ":/lib") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${isDirty ? " + working tree" : ""}`;
}

const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right", "left"]
    .concat(["left-mid", "mid", "mid-mid", "right", "right-mid"])
    .map((place) => [place, ""]),
);

export function reportText(rows: readonly Row[]): string {
  const isCompared = rows.some(({ alone }) => alone !== undefined);
  const results = isCompared ? ["without gateway", "through gateway"] : ["result"];
  const table = new Table({
    head: ["case", "trials", ...results, "bound", ""],
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const { name, trials, alone = "", through, bound, isWithin } of rows) {
    table.push([name, trials, ...(isCompared ? [alone] : []), through, bound, isWithin ? "ok" : "BROKEN"]);
  }
  return table.toString().replace(/ +$/gm, "");
}
