import { join } from "node:path";
import { type Builder, findBuilder } from "../../lib/builds/builder";
import { pushImage, type WantedImage } from "../../lib/builds/push-image";
import { digestOf, parseRegistry } from "../../lib/builds/registry";
import { Image } from "../../lib/image";
import { BuilderWorld } from "./builder-world";

let world: BuilderWorld;

beforeAll(async () => {
  world = await BuilderWorld.start();
});

afterAll(() => world.stop());

function imageOf(name: string, dockerfile: string): WantedImage {
  const folder = world.make(name, { Dockerfile: dockerfile, "hello.txt": name });
  const image = Image.fromDockerfile(join(folder, "Dockerfile"));
  const { buildArgs, localFiles, contentHash } = image;
  return {
    repository: `team/${name}`,
    tag: contentHash,
    platform: "linux/amd64",
    dockerfile: image.dockerfile,
    buildArgs,
    localFiles,
  };
}

function push(image: WantedImage, builder: Builder, url = world.url) {
  const lines: string[] = [];
  const pushed = pushImage(image, {
    builder: () => {
      lines.push("asked for a builder");
      return builder;
    },
    registry: parseRegistry(url),
    env: world.env,
    onProgress: (line) => lines.push(line),
  });
  return { pushed, lines };
}

test.each(["buildah", "podman"] as const)(
  "%s builds and pushes an image once: what the registry has is not built again",
  async (builder) => {
    const image = imageOf(`once-${builder}`, "FROM scratch\nCOPY hello.txt /\n");
    const first = await push(image, builder).pushed;
    expect(first).toMatchObject({ isSkipped: false, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const again = push(image, builder);
    expect(await again.pushed).toEqual({ ...first, isSkipped: true });
    expect(again.lines).toEqual([]);
  },
);

test("what is done is told as it is done, and the builder's own steps with it", async () => {
  const { pushed, lines } = push(imageOf("told", "FROM scratch\nCOPY hello.txt /\n"), "buildah");
  await pushed;
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^building .*\/team\/told:[0-9a-f]{64} with buildah$/),
      expect.stringMatching(/COPY hello.txt/),
      expect.stringMatching(/^pushing .*\/team\/told:/),
    ]),
  );
});

test("a base image that does not exist is told by the builder, with the fix", async () => {
  const base = `${parseRegistry(world.url).host}/team/no-such-base:1`;
  const { pushed } = push(imageOf("baseless", `FROM ${base}\n`), "buildah");
  await expect(pushed).rejects.toMatchObject({
    message: expect.stringContaining("could not be built: buildah ended with"),
    output: expect.stringContaining("no-such-base"),
    fix: "Look at the name of the base image",
  });
});

test("a registry that is not there is said before anything is built", async () => {
  const { pushed, lines } = push(
    imageOf("nowhere", "FROM scratch\nCOPY hello.txt /\n"),
    "buildah",
    "http://127.0.0.1:1",
  );
  await expect(pushed).rejects.toThrow(/The registry 127\.0\.0\.1:1 does not answer/);
  expect(lines).toEqual([]);
});

test("a tag that the registry does not have is no error", async () => {
  expect(await digestOf(parseRegistry(world.url), "team/none", "1")).toBeUndefined();
});

test("without a builder the error names those that can be installed", () => {
  expect(() => findBuilder({ PATH: "/nowhere" })).toThrow(/there is no docker, podman or buildah here/);
  expect(() => findBuilder({ PATH: "/nowhere", SLIPWAY_BUILDER: "kaniko" })).toThrow(/SLIPWAY_BUILDER is "kaniko"/);
  expect(findBuilder({ ...process.env, SLIPWAY_BUILDER: "buildah" })).toBe("buildah");
});
