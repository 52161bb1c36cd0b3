import { mkdtempSync, rmSync } from "node:fs";
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
