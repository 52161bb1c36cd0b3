import { URL_TOKEN_PARAMETER } from "../../../tokens/signed-url";

const PARAMETER = `${URL_TOKEN_PARAMETER}=`;

/** The tokens in a target's query: none, almost always. */
export function queryTokens(target: string): readonly string[] {
  if (!target.includes(PARAMETER)) return [];
  return parameters(target).filter(isToken).map(tokenOf);
}

/** A target, or a URL, without the tokens in its query; the rest byte for byte. */
export function withoutQueryToken(target: string): string {
  if (!target.includes(PARAMETER)) return target;
  const all = parameters(target);
  const kept = all.filter((parameter) => !isToken(parameter));
  if (kept.length === all.length) return target;
  const path = target.slice(0, target.indexOf("?"));
  return kept.length === 0 ? path : `${path}?${kept.join("&")}`;
}

function parameters(target: string): string[] {
  const queryAt = target.indexOf("?");
  return queryAt === -1 ? [] : target.slice(queryAt + 1).split("&");
}

function isToken(parameter: string): boolean {
  return parameter.startsWith(PARAMETER);
}

function tokenOf(parameter: string): string {
  return parameter.slice(PARAMETER.length);
}
