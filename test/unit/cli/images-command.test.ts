import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listImages } from "../../../lib/cli/images-command";

test("where nothing was synthesized, the images' commands say so, and what to run", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-unsynthesized-"));
  const said = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    await listImages(folder, {});
    expect(said.mock.calls.join("")).toMatch(/Nothing has been synthesized in .*\n.*npx cdktf synth/);
    expect(process.exitCode).toBe(1);
  } finally {
    said.mockRestore();
    process.exitCode = 0;
    rmSync(folder, { recursive: true });
  }
});

test("the list tells the code's image from the gateway's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-listed-"));
  const image = (tag: string, from: string) => ({
    ...{
      repository: "acme-images",
      tag,
      platform: "linux/amd64",
      functions: ["demo/hello"],
      dockerfile: "",
      buildArgs: {},
    },
    files: [{ by: "addLocalDir", kind: "folder", from, at: "local/0" }],
  });
  const platform = {
    workspace: "acme",
    environment: null,
    region: "us-east-1",
    domain: null,
    cluster: null,
    tokensTable: null,
  };
  const images = [image("1-x86_64", "../../.."), image("2-x86_64", "slipway:gateway")];
  writeFileSync(
    join(folder, "slipway.json"),
    JSON.stringify({ version: 1, stack: "hello", platform, functions: [], routes: [], images }),
  );
  const said = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await listImages(folder, {});
    expect(said.mock.calls.join("")).toBe(
      "acme-images:1-x86_64  linux/amd64  app      demo/hello\nacme-images:2-x86_64  linux/amd64  gateway  demo/hello\n",
    );
  } finally {
    said.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
