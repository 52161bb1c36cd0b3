import { registryItem } from "../../../lib/task";
import { webSpec } from "./web-spec";

const entry = { spec: webSpec({ label: "api" }), url: "https://api.acme.com/", service: "hello-greet", revision: "7" };

test("a registry item is DynamoDB's typed JSON, keyed by app and name", () => {
  expect(JSON.parse(registryItem({ ...entry, environment: "prod" }))).toEqual({
    pk: { S: "fn#hello" },
    sk: { S: "greet" },
    v: { N: "1" },
    kind: { S: "fastapi" },
    url: { S: "https://api.acme.com/" },
    urls: { L: [{ S: "https://api.acme.com/" }] },
    label: { S: "api" },
    service: { S: "hello-greet" },
    revision: { N: "7" },
    environment: { S: "prod" },
  });
});

test("no attribute is empty, which a key or an index could not hold", () => {
  expect(JSON.parse(registryItem(entry))).not.toHaveProperty("environment");
});
