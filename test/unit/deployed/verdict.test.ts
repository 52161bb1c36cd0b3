import type { Deployment, Service } from "../../../lib/deployed/ecs";
import { verdictOf } from "../../../lib/deployed/verdict";

const NOW = new Date("2026-11-21T12:00:00Z");
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

function deployment(given: Partial<Deployment> = {}): Deployment {
  const counts = { desired: 2, running: 2, pending: 0, failedTasks: 0 };
  return {
    id: "ecs-svc/7",
    status: "PRIMARY",
    rollout: "COMPLETED",
    revision: 7,
    startedAt: ago(9_000),
    ...counts,
    ...given,
  };
}

function service(given: Partial<Service> = {}): Service {
  return {
    name: "acme-web",
    cluster: "acme",
    status: "ACTIVE",
    desired: 2,
    running: 2,
    pending: 0,
    deployments: [deployment()],
    events: [],
    targetGroups: ["arn:tg"],
    exec: false,
    ...given,
  };
}

const stateOf = (given: Partial<Service>, targets = [{ state: "healthy", count: 2 }]) =>
  verdictOf(service(given), targets, []).state;

test.each([
  ["running", {}],
  ["running", { desired: 0, running: 0 }],
  ["running", { deployments: [deployment({ rollout: undefined })] }],
  ["too-few-tasks", { running: 1, pending: 1 }],
  ["deploying", { deployments: [deployment({ rollout: "IN_PROGRESS" })] }],
  ["failed", { deployments: [deployment({ rollout: "FAILED" })], running: 0 }],
  ["deleting", { status: "DRAINING", desired: 0, running: 1 }],
] as const)("a service is %s when ECS says %j", (state, given) => {
  expect(stateOf(given)).toBe(state);
});

test.each([
  [
    "unhealthy",
    [
      { state: "healthy", count: 1 },
      { state: "initial", count: 1 },
    ],
  ],
  ["unhealthy", []],
  [
    "running",
    [
      { state: "healthy", count: 2 },
      { state: "draining", count: 3 },
    ],
  ],
])("it is %s when the load balancer says %j of two tasks", (state, targets) => {
  expect(stateOf({}, targets)).toBe(state);
});

test("a service without a load balancer needs no healthy target", () => {
  expect(stateOf({ targetGroups: [] }, [])).toBe("running");
});

describe("a roll-back that ECS told of", () => {
  const rollBack = { at: ago(3_600), message: "(service acme-web) rolling back to deployment ecs-svc/7." };
  const since = (startedAt: Date) => stateOf({ events: [rollBack], deployments: [deployment({ startedAt })] });

  test("made the present deployment, whether ECS took up the earlier one or began another", () => {
    expect(since(ago(86_400))).toBe("rolled-back");
    expect(since(ago(3_590))).toBe("rolled-back");
  });

  test("is over when another deployment began later", () => {
    expect(since(ago(3_000))).toBe("running");
  });

  test("weighs more than a task that is missing for the moment", () => {
    expect(stateOf({ events: [rollBack], running: 1 })).toBe("rolled-back");
  });
});
