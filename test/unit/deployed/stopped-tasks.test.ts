import type { Task, TaskContainer } from "../../../lib/deployed/ecs";
import { culprit, groupStopped, lastFailed } from "../../../lib/deployed/stopped-tasks";

function task(id: string, seconds: number, stoppedReason: string, containers: Partial<TaskContainer>[] = []): Task {
  return {
    id,
    arn: `arn/${id}`,
    revision: 7,
    status: "STOPPED",
    createdAt: new Date(0),
    stoppedAt: new Date(seconds * 1000),
    stoppedReason,
    containers: containers.map((container) => ({ name: "app", status: "STOPPED", ...container })),
  };
}

const EXITED = "Essential container in task exited";

test("tasks that ended alike are one group, of the last one's id and time", () => {
  const groups = groupStopped([
    task("first", 1, EXITED, [{ exitCode: 1 }]),
    task("third", 3, EXITED, [{ exitCode: 1 }]),
    task("second", 2, EXITED, [{ exitCode: 2 }]),
  ]);
  expect(groups.map(({ task: id, count, at }) => [id, count, at.getTime()])).toEqual([
    ["third", 2, 3_000],
    ["second", 1, 2_000],
  ]);
});

test("tasks that deployments replaced are one group, and no failure", () => {
  const groups = groupStopped([
    task("a", 2, "Scaling activity initiated by (deployment ecs-svc/1)"),
    task("b", 3, "Scaling activity initiated by (deployment ecs-svc/2)"),
    task("c", 1, "Task failed ELB health checks in (target-group arn:tg)"),
  ]);
  expect(groups.map(({ count, routine }) => [count, routine])).toEqual([
    [2, true],
    [1, false],
  ]);
  expect(lastFailed(groups)!.task).toBe("c");
});

test.each([
  [
    "app",
    [
      { name: "app", exitCode: 1 },
      { name: "gateway", exitCode: 0 },
    ],
  ],
  [
    "app",
    [
      { name: "app", exitCode: 137, reason: "OutOfMemoryError" },
      { name: "gateway", exitCode: 0 },
    ],
  ],
  [
    "app",
    [
      { name: "app", exitCode: 137 },
      { name: "gateway", exitCode: 143 },
    ],
  ],
  [
    "gateway",
    [
      { name: "app", exitCode: 143 },
      { name: "gateway", exitCode: 1 },
    ],
  ],
  [
    "gateway",
    [
      { name: "app", exitCode: 0 },
      { name: "gateway", exitCode: 1 },
    ],
  ],
  ["gateway", [{ name: "app" }, { name: "gateway", reason: "CannotPullContainerError" }]],
  ["app", [{ name: "app" }, { name: "gateway" }]],
])("the end began with %s in %j", (name, containers) => {
  expect(culprit(containers)).toBe(name);
});
