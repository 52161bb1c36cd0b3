import type { CallError } from "../../../../calls";

/** In a record, whose item DynamoDB limits to 400 KB: what a person reads, and no more. */
const MOST_CHARACTERS = { type: 200, message: 4000, traceback: 16_000 };

/** The end of a traceback says where it happened. */
export function boundedError({ type, message, traceback }: CallError): CallError {
  const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
  const { length } = traceback;
  const most = MOST_CHARACTERS.traceback;
  return {
    type: cut(type, MOST_CHARACTERS.type),
    message: cut(message, MOST_CHARACTERS.message),
    traceback: length <= most ? traceback : `…${traceback.slice(length - most + 1)}`,
  };
}
