import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours only where a person looks. @see https://no-color.org */
export function styleFor(stream: NodeJS.WriteStream): (format: Format, text: string) => string {
  const isColoured = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  // Node itself would look at standard output only, whichever stream this is for.
  return (format, text) => (isColoured ? styleText(format, text, { validateStream: false }) : text);
}
