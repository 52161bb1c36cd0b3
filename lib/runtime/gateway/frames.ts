const LONGEST_HEADER = 14;

/**
 * Follows the frames of one direction of a WebSocket without keeping any of it, to know where one ends: only there may a
 * frame of the gateway's own stand.
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export class Frames {
  private readonly header = Buffer.alloc(LONGEST_HEADER);
  private headerBytes = 0;
  private payloadLeft = 0;

  /** Whether the next byte begins a frame. */
  get isBetween(): boolean {
    return this.headerBytes === 0 && this.payloadLeft === 0;
  }

  /** Follows a whole chunk. */
  follow(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.toEnd(chunk, at);
  }

  /** Follows a chunk up to the end of the frame that is under way; returns where that is, at most the chunk's length. */
  toEnd(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.payloadLeft > 0) {
        const taken = Math.min(this.payloadLeft, chunk.length - at);
        this.payloadLeft -= taken;
        at += taken;
      } else {
        this.header[this.headerBytes++] = chunk[at++]!;
        if (this.headerBytes < this.headerLength()) continue;
        this.payloadLeft = this.payloadLength();
        this.headerBytes = 0;
      }
      if (this.isBetween) return at;
    }
    return at;
  }

  /** As far as the bytes that are there tell. */
  private headerLength(): number {
    if (this.headerBytes < 2) return 2;
    const mask = this.header[1]! & 0x80 ? 4 : 0;
    const short = this.header[1]! & 0x7f;
    return 2 + mask + (short === 127 ? 8 : short === 126 ? 2 : 0);
  }

  private payloadLength(): number {
    const short = this.header[1]! & 0x7f;
    if (short === 126) return this.header.readUInt16BE(2);
    return short === 127 ? Number(this.header.readBigUInt64BE(2)) : short;
  }
}

/** A server's Close frame with the code 1001, going away: clients that mean to stay connect again. */
export const GOING_AWAY = Buffer.from([0x88, 0x02, 0x03, 0xe9]);
