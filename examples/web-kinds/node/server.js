// A plain Node server without a package: a streamed answer with a trailer, and an echo of what is sent to it.
const { createHash } = require("node:crypto");
const { createServer } = require("node:http");

/** The digest of what was sent is known only at the end: it follows as a trailer. */
function stream(response) {
  const digest = createHash("sha256");
  response.writeHead(200, { "content-type": "text/plain", trailer: "x-sha256" });
  for (const line of ["one\n", "two\n", "three\n"]) {
    digest.update(line);
    response.write(line);
  }
  response.addTrailers({ "x-sha256": digest.digest("hex") });
  response.end();
}

function echo(request, response) {
  response.writeHead(200, { "content-type": request.headers["content-type"] ?? "application/octet-stream" });
  request.pipe(response);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/stream") stream(response);
  else if (pathname === "/echo") echo(request, response);
  else if (pathname === "/") response.end("GET /stream, or POST /echo\n");
  else response.writeHead(404).end();
});
server.listen(process.env.PORT ?? 3000);
process.on("SIGTERM", () => server.close());
