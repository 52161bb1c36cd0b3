import { writeFileSync } from "node:fs";
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

test("a registry that takes nothing is told by the builder, with the fix", async () => {
  const closed = await BuilderWorld.start({ isReadOnly: true });
  try {
    const { pushed } = push(imageOf("refused", "FROM scratch\nCOPY hello.txt /\n"), "buildah", closed.url);
    await expect(pushed).rejects.toMatchObject({
      message: expect.stringMatching(/team\/refused:[0-9a-f]{64} could not be pushed: buildah ended with \d+\./),
      output: expect.stringContaining("Method not allowed"),
      fix: "Look at the permissions of who runs this, on the registry that the builder names",
    });
  } finally {
    closed.stop();
  }
});

test("a builder without room says so, with the fix, and leaves nothing behind", async () => {
  const small = world.smallStore(8);
  try {
    const folder = world.make("large", { Dockerfile: "FROM scratch\nCOPY large /\n", large: "x".repeat(16 << 20) });
    const image = Image.fromDockerfile(join(folder, "Dockerfile"));
    const { dockerfile, buildArgs, localFiles, contentHash } = image;
    const pushed = pushImage(
      { repository: "team/large", tag: contentHash, platform: "linux/amd64", dockerfile, buildArgs, localFiles },
      { builder: () => "buildah", registry: parseRegistry(world.url), env: small.env, onProgress: () => {} },
    );
    await expect(pushed).rejects.toMatchObject({
      output: expect.stringContaining("no space left on device"),
      fix: expect.stringMatching(/^Make room/),
    });
  } finally {
    small.remove();
  }
});

/** As much of a program as the kernel looks at: an ELF file for a processor that this machine has not. */
function foreignProgram(): Buffer {
  const header = Buffer.alloc(64);
  const [amd64, arm64] = [0x3e, 0xb7];
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(header);
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(process.arch === "arm64" ? amd64 : arm64, 18);
  return header;
}

test("an image of an architecture whose programs this machine cannot run is told, with both ways out", async () => {
  const folder = world.make("foreign", { Dockerfile: 'FROM scratch\nCOPY --chmod=755 tool /tool\nRUN ["/tool"]\n' });
  writeFileSync(join(folder, "tool"), foreignProgram(), { mode: 0o755 });
  const { dockerfile, buildArgs, localFiles, contentHash } = Image.fromDockerfile(join(folder, "Dockerfile"));
  const platform = process.arch === "arm64" ? "linux/amd64" : "linux/arm64";
  const image: WantedImage = {
    repository: "team/foreign",
    tag: contentHash,
    platform,
    dockerfile,
    buildArgs,
    localFiles,
  };
  await expect(push(image, "buildah").pushed).rejects.toMatchObject({
    output: expect.stringMatching(/exec format error/i),
    fix: expect.stringMatching(/build on one that can, or install qemu-user-static/),
  });
});
