import { readdirSync, readFileSync } from "node:fs";

/** A process and all below it. */
function tree(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(tree)];
}

/**
 * Seconds of processor time, user and system, that the threads of a process and of all below it have taken. In nanoseconds,
 * which `/proc/<pid>/stat` rounds to hundredths of a second: so a round can be short, and meet the same machine as the next.
 */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const each of tree(pid)) {
    for (const thread of readdirSync(`/proc/${each}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${each}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
  }
  return nanoseconds / 1e9;
}

/** Resident memory in MiB of a process and all below it; pages that they share count once for each. */
export function residentMiB(pid: number): number {
  let kib = 0;
  for (const each of tree(pid)) {
    kib += Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${each}/status`, "utf8"))![1]);
  }
  return kib / 1024;
}
