import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

/**
 * The app behind every proxy: raw sockets and ready-made bytes, so that it is never what limits a proxy. It answers
 * `/events` with an event stream, an upgrade with a WebSocket that echoes, and everything else with 1 KiB.
 */
const BODY = JSON.stringify({ items: "x".repeat(1024 - 12) });

const ANSWER = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "date: Sun, 02 Nov 2025 10:00:00 GMT",
    "server: uvicorn",
    `content-length: ${BODY.length}`,
    "content-type: application/json",
    "",
    BODY,
  ].join("\r\n"),
);

const EVENT = "data: 1\n\n";
const EVENTS = Buffer.from(
  [
    "HTTP/1.1 200 OK",
    "content-type: text/event-stream",
    "cache-control: no-cache",
    "transfer-encoding: chunked",
    "",
    `${EVENT.length.toString(16)}\r\n${EVENT}\r\n`,
  ].join("\r\n"),
);

const HEAD_END = Buffer.from("\r\n\r\n");

createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => undefined);
  let begun: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    let rest = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    for (let end = rest.indexOf(HEAD_END); end !== -1; end = rest.indexOf(HEAD_END)) {
      if (!serve(socket, rest.subarray(0, end))) {
        socket.off("data", onData);
        return;
      }
      rest = rest.subarray(end + HEAD_END.length);
    }
    begun = rest;
  };
  socket.on("data", onData);
}).listen(Number(process.env.PORT), "127.0.0.1");

/** Answers one request; false when the connection is no longer one of requests. */
function serve(socket: Socket, head: Buffer): boolean {
  const text = head.toString("latin1", 0, 16);
  if (text.startsWith("GET /events ")) {
    socket.write(EVENTS);
  } else if (text.startsWith("GET /websocket")) {
    const key = /^sec-websocket-key: *(.*)$/im.exec(head.toString("latin1"))![1]!.trim();
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    );
    socket.on("data", (frame: Buffer) => socket.write(echo(frame)));
    return false;
  } else {
    socket.write(ANSWER);
  }
  return true;
}

/** A client's small frame, whole and masked, as a server sends it. */
function echo(frame: Buffer): Buffer {
  const length = frame[1]! & 0x7f;
  const answer = Buffer.alloc(2 + length);
  answer[0] = frame[0]!;
  answer[1] = length;
  for (let i = 0; i < length; i++) answer[2 + i] = frame[6 + i]! ^ frame[2 + (i % 4)]!;
  return answer;
}
