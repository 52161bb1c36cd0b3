import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./calls-api";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses } from "./slipway-process";

const CODE = `
call = FunctionCall.from_id("fc-1")
say(caught(call.get, timeout=0))
say(caught(lambda: asyncio.run(call.get.aio(timeout=0))))
`;

let folder: string;
let server: Server;
let env: NodeJS.ProcessEnv;

beforeAll(testPython, PYTHON_SETUP_MS);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-keyout",
    key,
    "-out",
    cert,
    ...subject,
  ];
  execFileSync("openssl", made, { stdio: "ignore" });
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
    response.end(JSON.stringify({ call_id: "fc-1", state: "SUCCESS", result: "over TLS" }));
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  env = { SLIPWAY_URL: `https://localhost:${(server.address() as AddressInfo).port}`, SLIPWAY_TOKEN: "wk-1.ws-2" };
});
afterAll(async () => {
  await removeProcesses();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test("a server whose certificate nobody vouches for gets no token", async () => {
  const refused = ["UnavailableError", expect.stringContaining("certificate verify failed")];
  expect(await python(CODE, env)).toEqual([refused, refused]);
});

test("a server whose certificate is trusted is asked", async () => {
  expect(await python(CODE, { ...env, SSL_CERT_FILE: join(folder, "cert.pem") })).toEqual(["over TLS", "over TLS"]);
});
