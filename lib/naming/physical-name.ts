import { plainWords, slug } from "./slug";
import { stableHash } from "./stable-hash";

/** What a resource is, as the user wrote it. All literals: a name made from a token would not be known in the plan. */
export interface Identity {
  readonly workspace: string;
  readonly environment?: string;
  readonly region: string;
  readonly app?: string;
  readonly name?: string;
}

export interface PhysicalNameOptions {
  /** What kind of resource this is, such as "tg". Always told apart by the hash; readable only where there is room. */
  readonly kind?: string;
  /** The service's limit. The default is the one of load balancers and target groups, the tightest there is. @default 32 */
  readonly maxLength?: number;
  /** Literal attributes that AWS cannot change in place: a replacement then gets a new name and can be created first. */
  readonly immutable?: readonly string[];
}

const HASH_LENGTH = 8;

/**
 * No letter first, or a start that AWS reserves: load balancers refuse "internal-", security groups "sg-", buckets "sthree-" and
 * "amzn-s3-demo-", capacity providers the others.
 */
const REFUSED_START = /^(?:[^a-z]|(?:internal|sg|sthree|amzn-s3-demo)(?:-|$)|aws|ecs|fargate)/;

/**
 * A resource's name in AWS: a readable part, a dash and eight hex digits over the whole identity. It has [a-z0-9-] only,
 * starts with a letter, and depends on nothing but its arguments, so moving a construct renames nothing.
 */
export function physicalName(identity: Identity, options: PhysicalNameOptions = {}): string {
  const { kind, maxLength = 32, immutable = [] } = options;
  const hash = stableHash(hashedParts(identity, kind, immutable), HASH_LENGTH);
  return `${readablePart(identity, kind, maxLength - HASH_LENGTH - 1)}-${hash}`;
}

function hashedParts(
  { workspace, environment, region, app, name }: Identity,
  kind: string | undefined,
  immutable: readonly string[],
): string[] {
  const named = Object.entries({ workspace, environment, region, app, name, kind });
  const given = named.flatMap(([key, value]) => (value === undefined ? [] : [key, value]));
  return immutable.length === 0 ? given : [...given, "immutable", ...immutable];
}

/** The longest of these that fits: everything, without the kind, and what tells functions apart in a list of AWS's console. */
function readablePart(
  { workspace, environment, app, name }: Identity,
  kind: string | undefined,
  maxLength: number,
): string {
  const owner = [workspace, environment];
  const subject = app === undefined && name === undefined ? owner : [app, name];
  const candidates = [[...owner, app, name, kind], [...owner, app, name], [...subject, kind], subject].map((words) =>
    startSafely(plainWords(words.filter((word) => word !== undefined).join("-"))),
  );
  return slug(candidates.find((candidate) => candidate.length <= maxLength) ?? candidates.at(-1)!, maxLength);
}

function startSafely(words: string): string {
  return REFUSED_START.test(words) ? `s-${words}` : words || "s";
}
