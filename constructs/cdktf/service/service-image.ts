import { Lazy } from "cdktf";
import type { Construct } from "constructs";
import { Image, type PythonKind, pythonImage } from "../../../lib/image";
import type { ComputeSpec } from "../../../lib/spec";
import type { AccountScope } from "../../../lib/task";
import type { IPlatform } from "../platform";
import { AppImages, type TaskImage } from "../stack/app-images";

/** The props that say which image runs. */
interface ImageProps {
  readonly image?: unknown;
  readonly source?: unknown;
  readonly readOnlyRoot?: unknown;
  readonly exec?: unknown;
}

/** Known late, as the URI will be. */
const STAND_IN = Lazy.stringValue({ produce: () => "" });

/**
 * The image of one service, between its props and its URI: which repository holds it is known only when the props are read, and
 * reading them takes a URI.
 */
export class ServiceImage<P> {
  private constructor(
    /** What is read: a stand-in for the URI where an `Image` was given. */
    readonly props: P,
    private readonly image?: Image,
  ) {}

  /** @param kind of Python code, which gets an image of its own where none is given, and what it needs where an `Image` is */
  static of<P extends object>(props: P, kind?: PythonKind): ServiceImage<P> {
    const { image: given, source, readOnlyRoot, exec }: ImageProps = props ?? {};
    const image = imageOf(given, source, kind);
    if (image === undefined) return new ServiceImage(props);
    const isReadOnly = readOnlyRoot ?? (image.isOpen && exec !== true);
    return new ServiceImage({ ...props, image: STAND_IN, readOnlyRoot: isReadOnly }, image);
  }

  /** Has it built where it has to be, and says by which URI it runs. */
  place<S extends ComputeSpec>(
    service: Construct,
    platform: IPlatform,
    spec: S,
    { account, region }: AccountScope,
  ): { readonly spec: S; readonly image: TaskImage } {
    const { image } = this;
    if (image === undefined) return { spec, image: { uri: spec.image } };
    const { app, name, architecture } = spec;
    const { reference } = image;
    if (reference === undefined) {
      const built = AppImages.of(service, platform, app).add(image, architecture, name);
      return { spec: { ...spec, image: built.uri }, image: built };
    }
    const registry = reference.isEcr ? `${account}.dkr.ecr.${region}.amazonaws.com/` : "";
    const uri = `${registry}${reference.name}`;
    return { spec: { ...spec, image: uri }, image: { uri } };
  }
}

/** Undefined where the user gave a URI, or nothing of which one could be made. */
function imageOf(given: unknown, source: unknown, kind: PythonKind | undefined): Image | undefined {
  const isCode = kind !== undefined && typeof source === "string";
  if (given === undefined) return isCode ? pythonImage(source, kind) : undefined;
  if (!Image.isImage(given)) return undefined;
  return isCode && given.isOpen ? pythonImage(source, kind, given) : given;
}
