import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { startReadyGateway } from "./gateway-process";
import { answerTo, collect, open, startApp, stopEverything } from "./loopback";

afterEach(stopEverything);

const PIECE = Buffer.alloc(1_000_000, "x");
const TOTAL = 300 * PIECE.length;
const LIMIT_MIB = 150;

function* pieces() {
  for (let sent = 0; sent < TOTAL; sent += PIECE.length) yield PIECE;
}

test.each([
  ["with a length", { "content-length": String(TOTAL) }],
  ["in chunks", { "transfer-encoding": "chunked" }],
])("300 MB go up %s in constant memory", async (_, headers) => {
  const gateway = await startReadyGateway(
    await startApp(async (request, response) => {
      let received = 0;
      for await (const chunk of request) received += chunk.length;
      response.end(String(received));
    }),
  );
  const outgoing = open(gateway.port, "/", { method: "POST", headers });
  const [answer] = await Promise.all([answerTo(outgoing), pipeline(Readable.from(pieces()), outgoing)]);
  expect((await collect(answer)).text).toBe(String(TOTAL));
  expect(gateway.peakResidentMiB()).toBeLessThan(LIMIT_MIB);
});

test.each([
  ["with a length", { "content-length": String(TOTAL) }],
  ["in chunks", {}],
])("300 MB come down %s in constant memory", async (_, headers) => {
  const gateway = await startReadyGateway(
    await startApp((__, response) => {
      void pipeline(Readable.from(pieces()), response.writeHead(200, headers));
    }),
  );
  let received = 0;
  for await (const chunk of await answerTo(open(gateway.port, "/"))) received += chunk.length;
  expect(received).toBe(TOTAL);
  expect(gateway.peakResidentMiB()).toBeLessThan(LIMIT_MIB);
});
