import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * A shell that reads the process groups which belong to this program, one word a line ("123" starts, "-123" ended).
 * Its standard input ends when this program does, however it ends: then it kills every group that is left.
 */
const WATCH = `
groups=""
while read -r word; do
  case "$word" in
    -*) left=""; for group in $groups; do [ "-$group" = "$word" ] || left="$left $group"; done; groups=$left ;;
    *) groups="$groups $word" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

let watcher: ChildProcess | undefined;

/** Ties a process group to the life of this program: even SIGKILL to this program ends the group. */
export function tieToThisProgram(group: number): void {
  if (!watcher) {
    watcher = spawn("/bin/sh", ["-c", WATCH], { stdio: ["pipe", "ignore", "ignore"], detached: true });
    watcher.on("error", () => {});
    watcher.stdin?.on("error", () => {});
    watcher.unref();
    (watcher.stdin as Socket).unref();
  }
  watcher.stdin?.write(`${group}\n`);
}

/** Tells that the group has ended, so that its number, which may be given to another program, is never killed. */
export function untie(group: number): void {
  watcher?.stdin?.write(`-${group}\n`);
}
