/** A bug to put into a copy of the gateway's program, to see that a run catches it. */
export interface Plant {
  readonly what: string;
  /** Texts of the bundled program, and what stands there instead. */
  readonly changes: readonly (readonly [text: string, instead: string])[];
}

export const DOUBLE_RELEASE: Plant = {
  what: "a place is given back twice",
  changes: [["if (!this.isHeld) return;", ""]],
};

export const RELEASE_AT_HEAD: Plant = {
  what: "a place is given back when the answer begins",
  changes: [
    ["const { drain, metrics } = this.service;", "this.slot?.release();\n    const { drain, metrics } = this.service;"],
  ],
};

export const KEPT_ON_ABORT: Plant = {
  what: "a place is kept when the client leaves",
  changes: [["if (slot !== void 0) setTimeout(() => slot.release(), NOTICE_MS);", ""]],
};

export const NO_QUIET: Plant = {
  what: "the exit does not wait for quiet",
  changes: [["this.lastRequestAt + this.config.quietMs - performance.now()", "0"]],
};

export const NO_GOODBYE: Plant = {
  what: "a WebSocket is closed without a Close frame",
  changes: [["client.write(GOING_AWAY);", "client.destroy();"]],
};

export const EVENTS_CUT: Plant = {
  what: "events end in the middle of one",
  changes: [
    [
      "if (this.lastBytes === void 0 || endsEvent(this.lastBytes)) this.endHere();",
      "this.response.write('data: half');\n    this.endHere();",
    ],
  ],
};

export const LEAK: Plant = {
  what: "16 KiB of every request are kept",
  changes: [
    ["accessLog.write(record);", "accessLog.write(record);\n(globalThis.kept ??= []).push(Buffer.alloc(16384, 1));"],
  ],
};

export const SECRET_TOLD: Plant = {
  what: "the access line has the caller's credentials",
  changes: [
    ["const found = {};", 'const found = {};\n  request.told = headers.join(" ");'],
    ['path: request.target.split("?", 1)[0],', 'path: request.target.split("?", 1)[0] + request.told,'],
  ],
};

/** The program with the bug in it. */
export function planted(program: string, { what, changes }: Plant): string {
  let text = program;
  for (const [from, to] of changes) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`"${what}" no longer fits the program: ${parts.length - 1} times ${from}`);
    text = parts.join(to);
  }
  return text;
}
