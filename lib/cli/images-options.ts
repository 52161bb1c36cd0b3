export interface ImagesOptions {
  readonly stack?: string;
  readonly tag?: readonly string[];
  readonly json?: boolean;
}

export interface BuildOptions extends ImagesOptions {
  readonly platform?: "linux/amd64" | "linux/arm64";
}
