import { eventsOfInterest } from "../../../lib/deployed/events";

const at = new Date("2026-11-21T12:00:00Z");
const SERVICE = "acme-prod-hello-greet-dda1eded";
const told = (messages: readonly string[], since = at) =>
  eventsOfInterest(
    messages.map((message) => ({ at, message })),
    since,
  ).map(({ message, count }) => [message, count]);

test.each([
  `(service ${SERVICE}) has reached a steady state.`,
  `(service ${SERVICE}) has started 2 tasks: (task 1a) (task 2b).`,
  `(service ${SERVICE}) has stopped 1 running tasks: (task 1a).`,
  `(service ${SERVICE}) has stopped 1 pending tasks.`,
  `(service ${SERVICE}) registered 1 targets in (target-group arn:tg)`,
  `(service ${SERVICE}) deregistered 1 targets in (target-group arn:tg)`,
  `(service ${SERVICE}) has begun draining connections on 1 tasks.`,
  `(service ${SERVICE}) (deployment ecs-svc/1) deployment completed.`,
  `service ${SERVICE} is AZ balanced with 1 tasks in us-east-1a, 1 tasks in us-east-1b.`,
])("what ECS tells while all goes well is left out: %s", (message) => {
  expect(told([message])).toEqual([]);
});

test.each([
  [
    `(service ${SERVICE}) (deployment ecs-svc/1) deployment failed: tasks failed to start.`,
    "(deployment ecs-svc/1) deployment failed: tasks failed to start.",
  ],
  [`(service ${SERVICE}) rolling back to deployment ecs-svc/1.`, "rolling back to deployment ecs-svc/1."],
  [
    `(service ${SERVICE}) is unable to consistently start tasks successfully.`,
    "is unable to consistently start tasks successfully.",
  ],
  [
    `service ${SERVICE} was unable to place a task. Reason: Capacity is unavailable at this time.`,
    "was unable to place a task. Reason: Capacity is unavailable at this time.",
  ],
])("trouble is told without the service's name: %s", (message, shown) => {
  expect(told([message])).toEqual([[shown, 1]]);
});

test("the same trouble of several tasks is one line", () => {
  const messages = ["1a", "2b"].map(
    (id) => `(service ${SERVICE}) (task ${id}) (port 18080) is unhealthy in (target-group tg) due to (reason 503)`,
  );
  expect(told(messages)).toEqual([["(task 1a) (port 18080) is unhealthy in (target-group tg) due to (reason 503)", 2]]);
});

test("what was before the moment is left out, and of much trouble the newest is told", () => {
  const many = Array.from({ length: 20 }, (_, i) => `(service ${SERVICE}) trouble ${i}`);
  expect(told(many)).toHaveLength(5);
  expect(told(many)[0]).toEqual(["trouble 0", 1]);
  expect(told(many, new Date(at.getTime() + 1))).toEqual([]);
});
