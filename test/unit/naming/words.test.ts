import fc from "fast-check";
import { kebabCase, NAME_PATTERN, nearest, slug } from "../../../lib/naming";
import { anyText } from "./texts";

test.each([
  ["Hello", "hello"],
  ["helloWorld", "hello-world"],
  ["hello_world", "hello-world"],
  ["hello-world", "hello-world"],
  ["MyHTTPEndpoint2", "my-http-endpoint2"],
  ["HTTPServer", "http-server"],
  ["V2Api", "v2-api"],
  ["Gpt4o", "gpt4o"],
  ["EC2", "ec2"],
  ["ÉcoleNº1", "ecole-no1"],
  [" Über/Straße ", "uber-stra-e"],
  ["日本", ""],
  ["", ""],
])("the construct id %p is the name %p", (id, name) => {
  expect(kebabCase(id)).toBe(name);
});

test("a construct id with a letter or digit always becomes a name in the grammar, and a name stays as it is", () => {
  fc.assert(
    fc.property(anyText, (id) => {
      const name = kebabCase(id);
      if (name !== "" && name.length <= 48) expect(name).toMatch(NAME_PATTERN);
      expect(kebabCase(name)).toBe(name);
    }),
  );
});

test.each([
  ["Hello, World!", 32, "hello-world"],
  ["hello-world", 6, "hello"],
  ["--a--b--", 32, "a-b"],
  ["日本", 32, "x"],
  ["", 1, "x"],
])("the slug of %p in %i characters is %p", (text, maxLength, expected) => {
  expect(slug(text, maxLength)).toBe(expected);
});

test("every slug fits, is never empty and has single dashes inside only", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, maxLength) => {
      expect(slug(text, maxLength)).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(slug(text, maxLength).length).toBeLessThanOrEqual(maxLength);
    }),
  );
});

const props = ["memory", "minContainers", "maxContainers", "handler", "cpu", "env", "environment", "label"];

test.each([
  ["memroy", "memory"],
  ["min_containers", "minContainers"],
  ["mincontainer", "minContainers"],
  ["handlers", "handler"],
  ["CPU", "cpu"],
  ["enviroment", "environment"],
  ["lable", "label"],
])("%p was probably meant to be %p", (word, known) => {
  expect(nearest(word, props)).toBe(known);
});

test.each(["timeout", "x", "", "gpu_memory_fraction", "m".repeat(100_000)])(
  "nothing known is near the word",
  (word) => {
    expect(nearest(word, props)).toBeUndefined();
  },
);

test("of two equally near words the first known one is offered", () => {
  expect(nearest("cat", ["bat", "car"])).toBe("bat");
  expect(nearest("cat", ["car", "bat"])).toBe("car");
});
