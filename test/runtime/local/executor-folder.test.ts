import { existsSync, mkdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { makeExecutorFolder } from "../../../lib/local/executor-folder";
import { removeFolders, temporaryFolder } from "./project";

afterEach(removeFolders);

test("nobody else may enter where gateway and executor meet, and nothing is left of it", async () => {
  const { socket, remove } = await makeExecutorFolder(temporaryFolder());
  expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
  await remove();
  expect(existsSync(dirname(socket))).toBe(false);
});

test("a socket can be made there, however long the name of the temporary folder", async () => {
  const long = join(temporaryFolder(), "x".repeat(100));
  mkdirSync(long);
  const { socket, remove } = await makeExecutorFolder(long);
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socket, resolve));
  await new Promise((resolve) => server.close(resolve));
  await remove();
});
