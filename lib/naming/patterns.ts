/**
 * One grammar for everything that becomes part of a host or a physical name: small letters and digits, single dashes
 * between them. Single, because "--" separates the workspace from the label in a host, and because a label that starts
 * with "xn--" is read as punycode by browsers.
 */
function dashedWords(maxLength: number, except = ""): RegExp {
  return new RegExp(`^${except}(?=.{1,${maxLength}}$)[a-z0-9]+(?:-[a-z0-9]+)*$`);
}

/** With workspace and environment at their longest, a host label still has 20 characters for the endpoint's own label. */
export const WORKSPACE_MAX_LENGTH = 20;
export const ENVIRONMENT_MAX_LENGTH = 20;
export const APP_MAX_LENGTH = 32;

/** Room for any reasonable construct id in kebab-case; a default label that grows beyond 63 is cut with a hash. */
export const NAME_MAX_LENGTH = 48;

/** One label of a domain name. @see https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
export const LABEL_MAX_LENGTH = 63;

/** "xn" alone is refused: `xn--hello.example.com` would be taken for punycode. */
export const WORKSPACE_PATTERN = dashedWords(WORKSPACE_MAX_LENGTH, "(?!xn$)");
export const ENVIRONMENT_PATTERN = dashedWords(ENVIRONMENT_MAX_LENGTH);
export const APP_PATTERN = dashedWords(APP_MAX_LENGTH);
export const NAME_PATTERN = dashedWords(NAME_MAX_LENGTH);
export const LABEL_PATTERN = dashedWords(LABEL_MAX_LENGTH);
