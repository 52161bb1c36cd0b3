import { parseSocketTable } from "../../../lib/runtime/gateway/listening-sockets";
import { obstacle } from "../../../lib/runtime/gateway/not-ready";
import { NO_ANSWER, REFUSED, type Unready } from "../../../lib/runtime/gateway/probe";

const at = (address: string, port: number) => ({ address, port });

function told(unready: Unready, open: ReturnType<typeof at>[] | undefined, kind: "tcp" | "http" = "tcp"): string {
  const { what, fix } = obstacle(
    { port: 8000, ready: { kind, path: "/up", intervalMs: 1, timeoutMs: 1 } },
    unready,
    open,
  );
  return `${what}. ${fix}`;
}

describe("what keeps an app from being ready", () => {
  test.each([
    [
      "one other port",
      told(REFUSED, [at("0.0.0.0", 3000), at("::", 3000)]),
      "it listens on 3000, not on 8000. Set port: 3000, or let it listen on $PORT, which is 8000.",
    ],
    [
      "several other ports",
      told(REFUSED, [at("::", 9090), at("127.0.0.1", 3000)]),
      "it listens on 3000 and 9090, not on 8000. Set port to the right one of these, or let it listen on $PORT, which is 8000.",
    ],
    [
      "no port",
      told(REFUSED, []),
      "it listens on no port. Let it listen on port 8000, which $PORT holds, or raise startupTimeout if it needs longer.",
    ],
    [
      "no port that is known",
      told(REFUSED, undefined),
      "connection refused at 127.0.0.1:8000. Let it listen on port 8000, which $PORT holds, or raise startupTimeout if it needs longer.",
    ],
    [
      "its port at other addresses",
      told(REFUSED, [at("::1", 8000), at("10.0.3.7", 8000), at("127.0.0.1", 3000)]),
      "it listens on 8000, but only at ::1 and 10.0.3.7, not at 127.0.0.1. Let it listen on 127.0.0.1 or 0.0.0.0.",
    ],
    [
      "a full backlog",
      told(NO_ANSWER, [at("0.0.0.0", 8000)]),
      "it listens on 8000, but connecting fails (no answer). See the app's own log, or raise startupTimeout if it needs longer.",
    ],
    [
      "a health path that breaks off",
      told("socket hang up", [at("0.0.0.0", 8000)], "http"),
      "it listens on 8000, but GET /up fails (socket hang up). See the app's own log, or raise startupTimeout if it needs longer.",
    ],
  ])("%s", (_, message, expected) => {
    expect(message).toBe(expected);
  });

  test.each([
    [400, "A framework may refuse the Host 127.0.0.1: allow it (in Django, by ALLOWED_HOSTS)."],
    [401, "Name a healthPath that needs no login."],
    [403, "Name a healthPath that needs no login."],
    [404, "Correct healthPath."],
    [503, "See the app's own log, or raise startupTimeout if it needs longer."],
  ])("a health path that answers %i", (status, fix) => {
    expect(told(status, [at("0.0.0.0", 8000)], "http")).toBe(
      `GET /up is answered with ${status}, not with 100 to 399. ${fix}`,
    );
  });
});

test("listening sockets, and no others, are read from the kernel's tables", () => {
  const line = (local: string, state: string, inode: number) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0`;
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    line("00000000:1F90", "0A", 11),
    line("0100007F:0BB8", "0A", 12),
    line("0703000A:0050", "01", 13),
    line("00000000000000000000000000000000:0016", "0A", 14),
    line("00000000000000000000000001000000:FFFF", "0A", 15),
    line("0000000000000000FFFF00000100007F:1F40", "0A", 16),
    "",
  ].join("\n");
  expect(parseSocketTable(table)).toEqual([
    { address: "0.0.0.0", port: 8080, inode: "11" },
    { address: "127.0.0.1", port: 3000, inode: "12" },
    { address: "::", port: 22, inode: "14" },
    { address: "::1", port: 65535, inode: "15" },
    { address: "::ffff:127.0.0.1", port: 8000, inode: "16" },
  ]);
});
