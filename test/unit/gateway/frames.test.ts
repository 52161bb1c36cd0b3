import fc from "fast-check";
import { Frames } from "../../../lib/runtime/gateway/frames";

/** A frame on the wire, with its length written in any of the three ways that hold it. */
const frame = fc
  .record({ length: fc.oneof(fc.nat(130), fc.nat(70_000)), masked: fc.boolean(), wide: fc.boolean() })
  .map(({ length, masked, wide }) => {
    const mask = masked ? 0x80 : 0;
    let header: Buffer;
    if (wide || length > 0xffff) {
      header = Buffer.alloc(10);
      header[1] = 127 | mask;
      header.writeBigUInt64BE(BigInt(length), 2);
    } else if (length > 125) {
      header = Buffer.alloc(4);
      header[1] = 126 | mask;
      header.writeUInt16BE(length, 2);
    } else {
      header = Buffer.from([0, length | mask]);
    }
    header[0] = 0x82;
    return Buffer.concat([header, Buffer.alloc(masked ? 4 : 0, 0xff), Buffer.alloc(length, 0xff)]);
  });

test("however the bytes are cut, the ends that are found are the ends of frames", () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(2000)), (list, cuts) => {
      const bytes = Buffer.concat(list);
      const ends = list.map((_, i) => list.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
      const frames = new Frames();
      const found: number[] = [];
      let at = 0;
      for (let i = 0; at < bytes.length; i++) {
        const chunk = bytes.subarray(at, at + 1 + (cuts[i % Math.max(1, cuts.length)] ?? 7));
        for (let within = 0; within < chunk.length; ) {
          within = frames.toEnd(chunk, within);
          if (frames.isBetween) found.push(at + within);
        }
        at += chunk.length;
      }
      expect(found).toEqual(ends);
    }),
  );
});
