import { Aspects, TerraformResource } from "cdktf";
import { Platform } from "slipway";
import { CompanyRules } from "../../examples/company-stack/orders/company-rules";
import { addEndpoint, newStack, PLATFORM, Synthesized } from "./stacks";

const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";

function ruled() {
  const stack = newStack();
  Aspects.of(stack).add(new CompanyRules(BOUNDARY, { team: "orders", "slipway:app": "theirs" }));
  addEndpoint(stack, new Platform(stack, "platform", PLATFORM), "greet", { exec: true });
  return { stack, synthesized: new Synthesized(stack) };
}

test("an Aspect puts a permissions boundary on every role, and changes no other resource by it", () => {
  const { json } = ruled().synthesized;
  const bounded = Object.entries<Record<string, object>>(json.resource).flatMap(([type, named]) =>
    Object.values(named).flatMap((config) =>
      "permissions_boundary" in config ? [[type, config.permissions_boundary]] : [],
    ),
  );
  expect(bounded).toEqual(Array(3).fill(["aws_iam_role", BOUNDARY]));
});

test("an Aspect's tags reach everything that can have tags, beside Slipway's own, and win over them", () => {
  const { stack, synthesized } = ruled();
  const taggable = stack.node
    .findAll()
    .filter((node) => TerraformResource.isTerraformResource(node) && "tagsInput" in node)
    .map((node) => node as TerraformResource);
  expect(taggable.length).toBeGreaterThan(20);
  for (const { terraformResourceType: type, friendlyUniqueId: id } of taggable) {
    expect([id, synthesized.json.resource[type][id].tags]).toEqual([id, expect.objectContaining({ team: "orders" })]);
  }
  expect(synthesized.one("aws_ecs_service").tags).toEqual({
    team: "orders",
    "slipway:app": "theirs",
    "slipway:function": "greet",
  });
});
