/** Files of the user's that an image is built with. */
export interface LocalFiles {
  /** The method that asked for them, for messages. */
  readonly by: string;
  readonly kind: LocalKind;
  /** Absolute path. */
  readonly from: string;
  /** Where they lie in the build context: posix, relative. `""` is the context itself. */
  readonly at: string;
}

export type LocalKind =
  /** All of a folder but what nobody wants in an image, and what its `.dockerignore` names. */
  | "folder"
  | "file"
  /** A requirements file, and those that it includes. */
  | "requirements"
  /** What a Dockerfile of the user's is built with: only its `.dockerignore` says what is left out. */
  | "context";
