import Table from "cli-table3";

const NO_LINES = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"]
    .concat(["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((part) => [part, ""]),
);

/** Columns without lines between them, the first row their titles. */
export function table(rows: readonly string[][]): string {
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 2 };
  const drawn = new Table({ chars: NO_LINES, style });
  drawn.push(...rows);
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
