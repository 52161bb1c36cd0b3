// Loaded before a program: its host's clock is wrong by so much, as hosts' clocks are.
const skew = Number(process.env.CLOCK_SKEW_MS ?? 0);
const True = Date;
const now = () => True.now() + skew;
globalThis.Date = class extends True {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts));
  }
  static now() {
    return now();
  }
};
