import { metadataOf } from "../../../lib/runtime/gateway/task-metadata";

const ANSWER = {
  Cluster: "default",
  TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/default/158d1c8083dd49d6b527399fd6414f5c",
  Family: "acme-work",
  Revision: "5",
  Containers: [
    { DockerId: "1", Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: ["10.0.2.106"] }] },
    { DockerId: "2", Networks: [{ NetworkMode: "awsvpc", IPv4Addresses: ["10.0.2.106"] }] },
  ],
};

test("a task's id, revision and address are what ECS says", () => {
  expect(metadataOf(ANSWER)).toEqual({ id: "158d1c8083dd49d6b527399fd6414f5c", revision: 5, address: "10.0.2.106" });
});

test("what ECS does not say is not known", () => {
  const { TaskARN } = ANSWER;
  for (const Containers of [undefined, [], [{}], [{ Networks: [{}] }]]) {
    expect(metadataOf({ TaskARN, Revision: "latest", Containers })).toEqual({
      id: "158d1c8083dd49d6b527399fd6414f5c",
      revision: undefined,
      address: undefined,
    });
  }
  expect(metadataOf({})).toBeUndefined();
});
