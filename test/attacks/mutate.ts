import type { Random } from "../chaos/random";

/** What parsers trip over. */
const PIECES = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  "\t",
  " ",
  ":",
  ",",
  ";",
  "%",
  "#",
  "\x7f",
  "\xff",
  "0",
  "5",
  "-",
  "+",
  "0x",
  "\r\n\r\n",
  "0\r\n\r\n",
  "\r\n ",
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
  "Connection: close\r\n",
  "Connection: X-A, Content-Length\r\n",
  "Expect: 100-continue\r\n",
  "Upgrade: websocket\r\nConnection: Upgrade\r\n",
  "Upgrade: h2c\r\nConnection: Upgrade\r\n",
  "X-Slipway-Caller: root\r\n",
  "Host: b.test\r\n",
  "Trailer: X\r\n",
  "TE: trailers\r\n",
  "HTTP/1.1",
  "HTTP/1.0",
  "GET /spliced HTTP/1.1\r\nHost: a.test\r\n\r\n",
  "POST /spliced HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nabcde",
];

type Mutation = (text: string, random: Random, others: readonly string[]) => string;

const at = (text: string, random: Random) => random.integer(0, text.length);
const replaced = (text: string, from: number, to: number, by: string) => text.slice(0, from) + by + text.slice(to);

function range(text: string, random: Random): [from: number, to: number] {
  const from = at(text, random);
  return [from, Math.min(text.length, from + random.integer(1, random.chance(0.2) ? 400 : 8))];
}

const MUTATIONS: readonly Mutation[] = [
  // A bit.
  (text, random) => {
    const i = at(text, random);
    const flipped = (text.charCodeAt(i) || 0) ^ (1 << random.integer(0, 7));
    return replaced(text, i, i + 1, String.fromCharCode(flipped & 0xff));
  },
  (text, random) => {
    const i = at(text, random);
    return replaced(text, i, i + 1, random.pick(PIECES));
  },
  (text, random) => {
    const i = at(text, random);
    return replaced(text, i, i, random.pick(PIECES));
  },
  // At a line's end, where headers begin.
  (text, random) => {
    const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2);
    return ends.length === 0 ? text : replaced(text, random.pick(ends), random.pick(ends), random.pick(PIECES));
  },
  (text, random) => replaced(text, ...range(text, random), ""),
  (text, random) => {
    const [from, to] = range(text, random);
    return replaced(text, to, to, text.slice(from, to));
  },
  // Another case's end.
  (text, random, others) => text.slice(0, at(text, random)) + cutOff(random.pick(others), random),
  // Another case behind it.
  (text, random, others) => text + random.pick(others),
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => text.replace(/\d+/, () => String(random.integer(0, 70_000))),
];

function cutOff(text: string, random: Random): string {
  return text.slice(at(text, random));
}

/** A text with some things wrong with it, or more wrong than before. */
export function mutate(text: string, random: Random, others: readonly string[]): string {
  let mutated = text;
  for (let left = random.integer(0, 4); left > 0; left--) mutated = random.pick(MUTATIONS)(mutated, random, others);
  return mutated;
}
