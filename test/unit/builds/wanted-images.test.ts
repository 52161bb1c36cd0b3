import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withMirror } from "../../../lib/builds/base-images";
import { buildArguments, pushArguments } from "../../../lib/builds/builder";
import { parseRegistry } from "../../../lib/builds/registry";
import { type ListedImage, wantedImage } from "../../../lib/builds/wanted-images";
import { Image, nameOf } from "../../../lib/image";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-wanted-"));
  writeFileSync(join(folder, "app.py"), "1");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** As a manifest in `folder` has it. */
function listed(): ListedImage {
  const { dockerfile, buildArgs, contentHash, localFiles } = Image.fromRegistry("x").addLocalDir(folder, "/app");
  const files = localFiles.map((local) => ({ ...local, from: "." }));
  const tag = `${contentHash.slice(0, 32)}-x86_64`;
  return { repository: "team/app", tag, platform: "linux/amd64", dockerfile, buildArgs, files };
}

test("an image is built of the files that its tag is of, wherever the project lies", () => {
  const { localFiles } = wantedImage(listed(), join(folder, "slipway.json"));
  expect(localFiles).toEqual([{ by: "addLocalDir", kind: "folder", from: folder, at: "local/0" }]);
});

test("the library's own folders are found where the library is", () => {
  const image = Image.fromRegistry("x").addSlipway();
  const named = image.localFiles.map(({ from, ...local }) => ({ ...local, from: nameOf(from, folder) }));
  expect(named[0]!.from).toBe("slipway:python");
  const tag = `${image.contentHash.slice(0, 32)}-x86_64`;
  const wanted = wantedImage({ ...listed(), dockerfile: image.dockerfile, files: named, tag }, join(folder, "x.json"));
  expect(wanted.localFiles).toEqual(image.localFiles);
});

test("files that have changed since the synth are not pushed under the tag of what was planned", () => {
  const image = listed();
  writeFileSync(join(folder, "app.py"), "2");
  expect(() => wantedImage(image, join(folder, "slipway.json"))).toThrow(
    /have changed since the stack was synthesized/,
  );
});

test("official bases come from the mirror that is named, and no others do", () => {
  const text =
    "ARG BASE=public.ecr.aws/docker/library/node:22-slim\nFROM public.ecr.aws/docker/library/python:3.12-slim\nFROM public.ecr.aws/lambda/python:3.12\n";
  expect(withMirror(text, { SLIPWAY_BASE_REGISTRY: "mirror.example/library/" })).toBe(
    "ARG BASE=mirror.example/library/node:22-slim\nFROM mirror.example/library/python:3.12-slim\nFROM public.ecr.aws/lambda/python:3.12\n",
  );
  expect(withMirror(text, {})).toBe(text);
});

test("each builder is asked in its own words, for the image's platform", () => {
  const build = { dockerfile: "D", context: "C", platform: "linux/arm64", buildArgs: { A: "1" }, name: "r/x:1" };
  const common = "--platform linux/arm64 --file D --tag r/x:1 --build-arg A=1 C";
  expect(buildArguments("docker", build).join(" ")).toBe(
    `buildx build --load --provenance=false --progress=plain ${common}`,
  );
  expect(buildArguments("podman", build).join(" ")).toBe(`build --layers ${common}`);
  const plain = { host: "localhost:5000", isPlain: true };
  expect(pushArguments("buildah", "r/x:1", plain)).toEqual(["push", "--tls-verify=false", "r/x:1"]);
  expect(pushArguments("docker", "r/x:1", plain)).toEqual(["push", "r/x:1"]);
});

test("a registry is a host, with http:// before it where it has no TLS", () => {
  expect(parseRegistry("registry.example")).toEqual({ host: "registry.example", isPlain: false });
  expect(parseRegistry("http://localhost:5000/")).toEqual({ host: "localhost:5000", isPlain: true });
  expect(() => parseRegistry("registry.example/team")).toThrow(/SLIPWAY_REGISTRY is "registry\.example\/team"/);
});
