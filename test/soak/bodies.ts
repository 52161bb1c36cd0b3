import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isDeepStrictEqual } from "node:util";
import { answerTo, collect, open } from "../runtime/gateway/loopback";
import type { Row } from "./report";

const MIB = 1024 * 1024;

/** One MiB, and no two alike: the blocks of `python/streams_app.py`. */
const BLOCK = Buffer.from(Array.from({ length: MIB }, (_, i) => i % 256));

function* blocks(count: number): Generator<Buffer> {
  for (let number = 0; number < count; number++) {
    const block = Buffer.from(BLOCK);
    block.writeBigUInt64BE(BigInt(number));
    yield block;
  }
}

interface Passed {
  readonly bytes: number;
  readonly sha256: string;
}

type Transfer = (port: number, mebibytes: number) => Promise<Passed>;

const upload =
  (framing: (mebibytes: number) => Record<string, string>): Transfer =>
  async (port, mebibytes) => {
    const outgoing = open(port, "/upload", { method: "POST", headers: framing(mebibytes) });
    const body = Readable.from(blocks(mebibytes), { highWaterMark: 2 });
    const [answer] = await Promise.all([answerTo(outgoing), pipeline(body, outgoing)]);
    return JSON.parse((await collect(answer)).text);
  };

const download =
  (query: string): Transfer =>
  async (port, mebibytes) => {
    const answer = await answerTo(open(port, `/download?mebibytes=${mebibytes}${query}`));
    const digest = createHash("sha256");
    let bytes = 0;
    for await (const chunk of answer) {
      digest.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, sha256: digest.digest("hex") };
  };

const TRANSFERS: ReadonlyArray<[name: string, transfer: Transfer]> = [
  ["upload with a length", upload((mebibytes) => ({ "content-length": String(mebibytes * MIB) }))],
  ["upload in chunks", upload(() => ({ "transfer-encoding": "chunked" }))],
  ["download with a length", download("&length=known")],
  ["download in chunks", download("")],
];

/** Sends bodies of a size up and down, and checks each byte on the far side. */
export async function bodies(
  ports: { readonly app: number; readonly gateway: number },
  mebibytes: number,
  onRow: (row: Row) => void,
): Promise<Row[]> {
  const digest = createHash("sha256");
  for (const block of blocks(mebibytes)) digest.update(block);
  const whole: Passed = { bytes: mebibytes * MIB, sha256: digest.digest("hex") };

  const rows: Row[] = [];
  for (const [name, transfer] of TRANSFERS) {
    const timed = async (port: number) => {
      const began = performance.now();
      const passed = await transfer(port, mebibytes).catch(String);
      const isWhole = isDeepStrictEqual(passed, whole);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      return { isWhole, text: isWhole ? `every byte, ${seconds} s` : JSON.stringify(passed) };
    };
    const alone = await timed(ports.app);
    const through = await timed(ports.gateway);
    rows.push({
      name: `${mebibytes >= 1024 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`} ${name}`,
      trials: 1,
      alone: alone.text,
      through: through.text,
      bound: "every byte",
      isWithin: alone.isWhole && through.isWhole,
    });
    onRow(rows.at(-1)!);
  }
  return rows;
}
