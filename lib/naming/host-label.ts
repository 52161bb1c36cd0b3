import { LABEL_MAX_LENGTH } from "./patterns";
import { cutAtWord } from "./slug";
import { sha256Hex } from "./stable-hash";

export interface HostLabelParts {
  readonly workspace: string;
  readonly environment?: string;
  readonly label: string;
  /** Adds `-dev`, always last. */
  readonly dev: boolean;
}

/**
 * The first label of an endpoint's host: `<workspace>[-<environment>]--<label>[-dev]`.
 * What would be longer than a domain label allows is cut and told apart by six hex digits of its SHA-256.
 */
export function hostLabel({ workspace, environment, label, dev }: HostLabelParts): string {
  const owner = environment === undefined ? workspace : `${workspace}-${environment}`;
  return fitLabel(`${owner}--${label}`, dev ? "-dev" : "");
}

/** The label of an endpoint that was given none: `<app>-<name>`, itself a valid label at any length of the two. */
export function defaultLabel(app: string, name: string): string {
  return fitLabel(`${app}-${name}`, "");
}

function fitLabel(stem: string, ending: string): string {
  const whole = stem + ending;
  if (whole.length <= LABEL_MAX_LENGTH) return whole;
  const tail = `-${sha256Hex(whole, 6)}${ending}`;
  return cutAtWord(stem, LABEL_MAX_LENGTH - tail.length) + tail;
}
