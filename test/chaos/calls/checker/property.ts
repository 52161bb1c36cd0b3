import type { Book, Books } from "./books";

/** Something that must be so of every call, or of the whole: what is wrong, in words; nothing where all is well. */
export interface Property {
  readonly name: string;
  /** Of one call. */
  readonly ofCall?: (book: Book, books: Books) => string | undefined;
  /** Of the whole. */
  readonly ofAll?: (books: Books) => Iterable<string>;
}
