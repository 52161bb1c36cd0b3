import type { EndpointReport, EndpointState, LogExcerpt, StoppedTasks } from "../deployed";
import { age } from "./age";
import { gatewayLine } from "./gateway-line";
import type { styleFor } from "./style";
import { table } from "./table";

interface TextOptions {
  readonly now: Date;
  readonly style: ReturnType<typeof styleFor>;
  /** Also the particulars of endpoints that run as they should. */
  readonly detailed: boolean;
}

const COLOURS: Readonly<Record<EndpointState, "green" | "yellow" | "red">> = {
  running: "green",
  deploying: "yellow",
  deleting: "yellow",
  "too-few-tasks": "yellow",
  unhealthy: "red",
  "rolled-back": "red",
  failed: "red",
  "not-deployed": "red",
};

/** More kinds of ends than this say little: the newest are what counts. */
const STOPPED_SHOWN = 4;

/** A table of all endpoints, then why each one is not as it should be. */
export function statusText(reports: readonly EndpointReport[], options: TextOptions): string {
  const { detailed, style } = options;
  const parts = reports.flatMap((report) => {
    if (detailed || report.state !== "running") return [particulars(report, options)];
    const { target, because, tasks } = report;
    return tasks.failed > 0
      ? [`${style("bold", target)}: ${style("yellow", because)} Why: slipway status ${target}`]
      : [];
  });
  return [overview(reports, options), ...parts].join("\n\n");
}

function overview(reports: readonly EndpointReport[], { style, now }: TextOptions): string {
  const hasStacks = new Set(reports.map(({ stack }) => stack)).size > 1;
  const head = ["ENDPOINT", ...(hasStacks ? ["STACK"] : []), "STATE", "TASKS", "HEALTHY", "REVISION", "SINCE", "URL"];
  const rows = reports.map((report) => {
    const { target, stack, state, tasks, url } = report;
    const primary = report.deployments.find(({ status }) => status === "PRIMARY");
    return [
      style("bold", target),
      ...(hasStacks ? [stack] : []),
      style(COLOURS[state], words(state)),
      `${tasks.running} of ${tasks.desired}`,
      String(report.targets.reduce((sum, { state, count }) => sum + (state === "healthy" ? count : 0), 0)),
      String(primary?.revision ?? "-"),
      primary ? age(primary.startedAt, now) : "-",
      url ?? "-",
    ];
  });
  return table([head.map((title) => style("dim", title)), ...rows]);
}

function particulars(report: EndpointReport, options: TextOptions): string {
  const { style, now } = options;
  const { target, state, because, fixes, deployments, targets, stopped, events, logs } = report;
  const failures = stopped.filter(({ routine }) => !routine).slice(0, STOPPED_SHOWN);
  return [
    `${style("bold", target)}: ${style(COLOURS[state], because)}`,
    ...fixes.map((fix) => `  ${style("yellow", fix)}`),
    ...part(
      "deployments",
      deployments.map(({ revision, status, rollout, running, desired, failedTasks, startedAt, reason }) =>
        [
          `revision ${revision} ${status}${rollout ? ` ${rollout}` : ""}`,
          `${running} of ${desired} tasks${failedTasks > 0 ? ` (${failedTasks} failed)` : ""}`,
          `begun ${age(startedAt, now)}`,
          ...(reason && rollout !== "COMPLETED" ? [reason] : []),
        ].join(", "),
      ),
    ),
    ...part(
      "targets",
      deployments.length > 0 && targets.length === 0
        ? ["none registered"]
        : targets.map(({ state, count, reason }) => `${count} ${state}${reason ? `: ${reason}` : ""}`),
    ),
    ...part(
      "stopped",
      failures.flatMap((group) => stoppedLines(group, now)),
    ),
    ...(state === "running"
      ? []
      : part(
          "events",
          events.map(({ at, message, count }) => `${age(at, now)}${count > 1 ? ` (${count} times)` : ""}: ${message}`),
        )),
    ...logs.flatMap((excerpt) => logLines(excerpt, now)),
  ].join("\n");
}

/** A heading in the first column, and its lines beside it. */
function part(title: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `  ${(i === 0 ? title : "").padEnd(12)} ${line}`);
}

function stoppedLines({ count, revision, at, reason, containers }: StoppedTasks, now: Date): string[] {
  const tasks = count === 1 ? "1 task" : `${count} tasks`;
  const ends = containers.flatMap(({ name, exitCode, reason }) =>
    exitCode === undefined && reason === undefined
      ? []
      : [`  ${name}: ${[exitCode === undefined ? [] : `exit code ${exitCode}`, reason ?? []].flat().join(", ")}`],
  );
  return [`${tasks} of revision ${revision}, ${count === 1 ? "" : "the last "}${age(at, now)}: ${reason}`, ...ends];
}

function logLines({ task, container, stoppedAt, lines, problem }: LogExcerpt, now: Date): string[] {
  const what = `task ${task}${stoppedAt ? `, stopped ${age(stoppedAt, now)}` : ""}`;
  const shown = lines.map(({ message }) => (container === "gateway" ? gatewayLine(message, true)! : message));
  return [
    ...part(`${container} log`, [lines.length === 0 ? `${what}: ${problem ?? "no lines"}` : what]),
    ...shown.flatMap((text) => text.split("\n")).map((text) => `    ${text}`),
  ];
}

function words(state: EndpointState): string {
  return state.replaceAll("-", " ");
}
