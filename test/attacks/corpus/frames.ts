/** Bytes on a connection that has become a WebSocket. The gateway is no end of it: they pass as they are, both ways. */
export interface FrameCase {
  readonly name: string;
  readonly frames: Buffer;
  /** Whether a Close frame of the gateway's own may follow: whether the bytes end where a frame ends. */
  readonly isBetween: boolean;
  readonly why: string;
}

const FIN = 0x80;
const MASKED = 0x80;

interface Frame {
  readonly first?: number;
  /** The seven bits, and what stands for the extended length. */
  readonly short?: number;
  readonly long?: readonly number[];
  readonly mask?: readonly number[];
  readonly payload?: string;
}

function frame({ first = FIN | 1, short, long = [], mask, payload = "" }: Frame): Buffer {
  const length = (short ?? payload.length) | (mask ? MASKED : 0);
  return Buffer.concat([Buffer.from([first, length, ...long, ...(mask ?? [])]), Buffer.from(payload, "latin1")]);
}

const entry =
  (why: string, isBetween: boolean) =>
  ([name, ...frames]: readonly [string, ...Frame[]]): FrameCase => ({
    name,
    frames: Buffer.concat(frames.map(frame)),
    isBetween,
    why,
  });

const BEYOND = "x".repeat(126);
const RANDOM = Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 167 + (i >> 3) * 59) & 0xff)).toString("latin1");

export const FRAMES: readonly FrameCase[] = [
  ...(
    [
      ["the reserved bit 1", { first: FIN | 0x40 | 1, payload: "hello" }],
      ["the reserved bits 2 and 3", { first: FIN | 0x30 | 1, payload: "hello" }],
      ["a reserved opcode of data", { first: FIN | 3, payload: "hello" }],
      ["a reserved opcode of control", { first: FIN | 0xf, payload: "hello" }],
      ["a mask of zeros", { mask: [0, 0, 0, 0], payload: "hello" }],
      ["no mask, from either side", { payload: "hello" }],
      ["a mask, from either side", { mask: [1, 2, 3, 4], payload: "hello" }],
    ] as const
  ).map(entry("RFC 6455 5.2", true)),
  ...(
    [
      ["a length of 5 in 16 bits", { short: 126, long: [0, 5], payload: "hello" }],
      ["a length of 5 in 64 bits", { short: 127, long: [0, 0, 0, 0, 0, 0, 0, 5], payload: "hello" }],
      ["a length of 0 in 64 bits", { short: 127, long: [0, 0, 0, 0, 0, 0, 0, 0] }],
      ["a masked length of 0 in 16 bits", { short: 126, long: [0, 0], mask: [1, 2, 3, 4] }],
      [
        "a length of 65,535 in 64 bits",
        { short: 127, long: [0, 0, 0, 0, 0, 0, 0xff, 0xff], payload: "x".repeat(65_535) },
      ],
    ] as const
  ).map(entry("RFC 6455 5.2: the least number of bytes must be used", true)),
  ...(
    [
      ["a length of 2^63", { short: 127, long: [0x80, 0, 0, 0, 0, 0, 0, 0], payload: "hello" }],
      ["a length of 2^64 - 1", { short: 127, long: [255, 255, 255, 255, 255, 255, 255, 255], payload: "hello" }],
      ["a length of 2^53 + 1", { short: 127, long: [0, 0x20, 0, 0, 0, 0, 0, 1], payload: "hello" }],
      ["a length of 2^32", { short: 127, long: [0, 0, 0, 1, 0, 0, 0, 0], payload: "hello" }],
      [
        "a length of 2^63 - 1 and a mask",
        { short: 127, long: [0x7f, 255, 255, 255, 255, 255, 255, 255], mask: [1, 2, 3, 4], payload: "hello" },
      ],
    ] as const
  ).map(entry("RFC 6455 5.2: what is announced need not come, and takes no memory", false)),
  ...(
    [
      ["a Ping of 126 bytes", { first: FIN | 9, short: 126, long: [0, 126], payload: BEYOND }],
      ["a Pong of 126 bytes", { first: FIN | 10, short: 126, long: [0, 126], payload: BEYOND }],
      ["a Close of 126 bytes", { first: FIN | 8, short: 126, long: [0, 126], payload: BEYOND }],
      ["a Ping in fragments", { first: 9, payload: "he" }, { first: FIN | 0, payload: "llo" }],
      ["a Close in fragments", { first: 8, payload: "\x03" }, { first: FIN | 0, payload: "\xe8" }],
      ["a Close of one byte", { first: FIN | 8, payload: "\x03" }],
      ["a Close with a code that is none", { first: FIN | 8, payload: "\x00\x01" }],
      ["a Close with a reason that is not UTF-8", { first: FIN | 8, payload: "\x03\xe8\xff\xfe" }],
      ["data behind a Close", { first: FIN | 8, payload: "\x03\xe8" }, { payload: "hello" }],
      ["ten thousand Pings of nothing", ...Array.from({ length: 10_000 }, () => ({ first: FIN | 9 }))],
    ] as [string, ...Frame[]][]
  ).map(entry("RFC 6455 5.5", true)),
  ...(
    [
      ["a continuation of nothing", { first: FIN | 0, payload: "hello" }],
      ["a message within a message", { first: 1, payload: "he" }, { first: FIN | 1, payload: "llo" }],
      ["ten thousand empty fragments", { first: 1 }, ...Array.from({ length: 10_000 }, () => ({ first: 0 }))],
      ["text that is not UTF-8", { payload: "\xff\xfe\xfd" }],
    ] as [string, ...Frame[]][]
  ).map(entry("RFC 6455 5.4 and 8.1", true)),
  ...(
    [
      ["half a header", "\x81\x7e\0"],
      ["a header without its mask", "\x81\x85"],
      ["one byte", "\x81"],
      ["a request in a frame's place", "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n"],
      ["an answer in a frame's place", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
      ["random bytes", RANDOM],
    ] as const
  ).map(
    ([name, bytes]): FrameCase => ({
      name,
      frames: Buffer.from(bytes, "latin1"),
      isBetween: false,
      why: "RFC 6455 5.2: no frames",
    }),
  ),
];
