const TEXT = 1;
export const CLOSE = 8;

/** A short WebSocket frame; a client's is masked. */
export function frame(payload: Buffer | string, isClient: boolean, opcode = TEXT): Buffer {
  const bytes = Buffer.from(payload);
  if (bytes.length > 125) throw new Error("only short frames are written here");
  const head = [0x80 | opcode, (isClient ? 0x80 : 0) | bytes.length];
  if (!isClient) return Buffer.concat([Buffer.from(head), bytes]);
  const mask = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([Buffer.from(head), mask, masked(bytes, mask)]);
}

function masked(bytes: Buffer, mask: Buffer): Buffer {
  const result = Buffer.from(bytes);
  for (let i = 0; i < result.length; i++) result[i]! ^= mask[i % 4]!;
  return result;
}

/** Takes short frames out of what comes. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly onFrame: (opcode: number, payload: Buffer) => void) {}

  read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      if (this.rest.length < 2) return;
      const isMasked = (this.rest[1]! & 0x80) !== 0;
      const bodyAt = isMasked ? 6 : 2;
      const end = bodyAt + (this.rest[1]! & 0x7f);
      if (this.rest.length < end) return;
      const payload = this.rest.subarray(bodyAt, end);
      const opcode = this.rest[0]! & 0x0f;
      const content = isMasked ? masked(payload, this.rest.subarray(2, 6)) : Buffer.from(payload);
      this.rest = this.rest.subarray(end);
      this.onFrame(opcode, content);
    }
  }
}
