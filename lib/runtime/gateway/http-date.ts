let second = Number.NaN;
let text = "";

/** The `Date` of an answer that begins now; worked out once a second. */
export function httpDate(): string {
  const now = Date.now();
  const thisSecond = now - (now % 1000);
  if (thisSecond !== second) {
    second = thisSecond;
    text = new Date(thisSecond).toUTCString();
  }
  return text;
}
