import type { Refusal } from "../refusal";

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const CHALLENGE = 'Bearer realm="slipway"';

const HOW =
  "Send the headers Slipway-Key and Slipway-Secret, or Modal-Key and Modal-Secret, or " +
  "Authorization: Bearer <key>.<secret>.";

const RETRY_SECONDS = 1;

/** Why a request is refused, as the log says it. */
export type Reason =
  | "missing"
  | "malformed"
  | "unknown"
  | "wrong_secret"
  | "revoked"
  | "expired"
  | "url_expired"
  | "url_valid_too_long"
  | "wrong_signature"
  | "url_out_of_scope"
  | "url_not_taken"
  | "out_of_scope"
  | "rate_limited"
  | "unavailable";

/** `endpoint` is what a scope would have to cover. */
export function refusalFor(reason: Reason, endpoint: string): Refusal {
  switch (reason) {
    case "missing":
      return {
        status: 401,
        code: "missing_credentials",
        message: `A token is needed here. ${HOW}`,
        challenge: CHALLENGE,
      };
    case "malformed":
      return invalid(
        `What was sent is no token: the key is "wk-" and 22 letters or digits, the secret "ws-" and 43. ${HOW}`,
      );
    case "unknown":
    case "wrong_secret":
      return invalid(`There is no such token, or its secret is another one. ${HOW}`);
    case "revoked":
      return invalid("The token was revoked.");
    case "expired":
      return invalid("The token has expired.");
    case "url_expired":
      return invalid("The signed URL has expired.");
    case "url_valid_too_long":
      return invalid("The signed URL is valid for more than an hour from now; is the clock right where it was signed?");
    case "wrong_signature":
      return invalid("The URL's signature is not that of a token here.");
    case "url_out_of_scope":
      return { status: 403, code: "out_of_scope", message: "The signed URL is for another host or path." };
    case "url_not_taken":
      return invalid(`A signed URL opens the app's own pages; calls take the token itself. ${HOW}`);
    case "out_of_scope":
      return { status: 403, code: "out_of_scope", message: `No scope of the token covers ${endpoint}.` };
    case "rate_limited":
      return {
        status: 429,
        code: "rate_limited",
        message: "The token's requests per second are used up.",
        retryAfterSeconds: RETRY_SECONDS,
      };
    case "unavailable":
      return {
        status: 503,
        code: "auth_unavailable",
        message: "Tokens cannot be checked at the moment.",
        retryAfterSeconds: RETRY_SECONDS,
      };
  }
}

function invalid(message: string): Refusal {
  return { status: 401, code: "invalid_credentials", message, challenge: CHALLENGE };
}
