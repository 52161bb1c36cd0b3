import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { CLOSE, FrameReader, frame } from "../frames";

/**
 * An app that counts what is in it. A request is in it from its arrival until it is answered or its connection has ended; a
 * WebSocket until its connection has ended. Prints each new maximum.
 */
const LIMIT = Number(process.env.MAX_INPUTS);
let now = 0;
let most = 0;
/** Those that ended by their connection's end. */
let ended = 0;

/**
 * When one connection is closed and then another written to, their reader may hear of both in either order: so when there is
 * one too many, this waits for ends that are on their way.
 */
const ON_THEIR_WAY_MS = 10;

/** Not from the timer itself: a process that did not run for a while finds its timers due before it looks at its connections. */
function afterEvents(judge: () => void): void {
  setTimeout(() => setImmediate(() => setImmediate(judge)), ON_THEIR_WAY_MS);
}

function note(count: number): void {
  if (count <= most) return;
  most = count;
  process.stdout.write(`most ${most}\n`);
}

/** Counts one in, and returns what counts it out when it is answered. */
function enter(socket: Socket): () => void {
  const count = ++now;
  const endedBefore = ended;
  if (count <= LIMIT) note(count);
  else afterEvents(() => note(Math.max(LIMIT, count - (ended - endedBefore))));
  let isIn = true;
  const leave = () => {
    if (isIn) now--;
    isIn = false;
  };
  const end = () => {
    if (isIn) ended++;
    leave();
    socket.off("end", end).off("close", end).off("error", end);
  };
  socket.once("end", end).once("close", end).once("error", end);
  return () => {
    leave();
    socket.off("end", end).off("close", end).off("error", end);
  };
}

const PIECE = Buffer.alloc(64 * 1024, "x");

const server = createServer((request, response) => {
  const url = new URL(request.url!, "http://app");
  if (url.pathname === "/inside") {
    response.end(JSON.stringify({ now, most }));
    return;
  }
  const leave = enter(request.socket);
  const answer = (status: number, body: string) => {
    leave();
    response.writeHead(status, { "content-length": body.length }).end(body);
  };
  serve(request, response, url, answer, leave);
});

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
  answer: (status: number, body: string) => void,
  leave: () => void,
): void {
  const number = (name: string) => Number(searchParams.get(name) ?? 0);
  const hasLeft = () => response.destroyed || request.socket.destroyed;
  switch (pathname) {
    case "/work":
    case "/sync": {
      const ms = number("ms");
      if (ms === 0) answer(200, "worked");
      else setTimeout(() => !hasLeft() && answer(200, "worked"), ms);
      return;
    }
    case "/echo": {
      let bytes = 0;
      const hash = createHash("sha1");
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        hash.update(chunk);
      });
      request.once("end", () => answer(200, `${bytes} ${hash.digest("hex")}`));
      return;
    }
    case "/large": {
      let left = number("pieces");
      response.writeHead(200, { "content-length": left * PIECE.length });
      const more = () => {
        while (left-- > 0 && !hasLeft()) {
          if (left === 0) leave();
          if (!response.write(PIECE)) return;
        }
        response.end();
      };
      response.on("drain", more);
      more();
      return;
    }
    case "/events": {
      const count = number("n");
      let sent = 0;
      response.writeHead(200, { "content-type": "text/event-stream" });
      const timer = setInterval(() => {
        if (hasLeft()) return;
        response.write(`id: ${++sent}\ndata: event ${sent}\n\n`);
        if (sent < count) return;
        leave();
        response.end();
      }, number("ms"));
      response.once("close", () => clearInterval(timer));
      return;
    }
    case "/break":
      response.writeHead(200, { "content-length": 1000 });
      response.write("x".repeat(100), () => {
        leave();
        request.socket.destroy();
      });
      return;
    default:
      answer(500, "boom");
  }
}

server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
  const leave = enter(socket);
  socket.on("error", () => undefined);
  socket.once("end", () => socket.end());
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const reader = new FrameReader((opcode, payload) => {
    if (opcode === CLOSE) {
      leave();
      socket.end(frame(payload, false, CLOSE));
    } else if (payload.toString() === "drop") {
      leave();
      socket.resetAndDestroy();
    } else if (socket.writable) {
      socket.write(frame(payload, false, opcode));
    }
  });
  socket.on("data", (chunk: Buffer) => reader.read(chunk));
});

server.maxHeadersCount = 0;
server.listen(Number(process.env.PORT), "127.0.0.1");
process.once("SIGTERM", () => process.exit());
