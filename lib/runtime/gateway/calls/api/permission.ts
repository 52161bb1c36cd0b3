import type { CallerConfig } from "../../../../task/calls-config";
import { covers, endpointPath } from "../../../../tokens/scope";

type Grant = CallerConfig["grants"][number];

/** The function that a request is about: by its name, or by the tag that a call's id holds. */
export type Subject = Pick<Grant, "app" | "name"> | Pick<Grant, "tag">;

export interface Rights {
  /** In which everything that is granted is. */
  readonly environment: string;
  /** What the endpoint may call. */
  readonly grants: readonly Grant[];
  /** Of the client's token; undefined where none is asked for. */
  readonly scopes?: readonly string[];
}

export type Permission =
  | { readonly kind: "granted"; readonly grant: Grant }
  /** The token may not. `scope` is what one of its scopes would have to cover. */
  | { readonly kind: "out_of_scope"; readonly scope: string }
  /** The endpoint may not. */
  | { readonly kind: "not_granted" };

/**
 * Whether a function's calls may be made and looked at. The token is asked first, so that who may not call a function does not learn
 * which endpoints may. Only a grant says which function a tag stands for: an id of any other function is refused without a look.
 */
export function permission(subject: Subject, { environment, grants, scopes }: Rights): Permission {
  const grant = grants.find((one) =>
    "tag" in subject ? one.tag === subject.tag : one.app === subject.app && one.name === subject.name,
  );
  const named = "tag" in subject ? grant : subject;
  if (named !== undefined && !isCovered(named, environment, scopes)) {
    return { kind: "out_of_scope", scope: endpointPath({ environment, app: named.app, function: named.name }) };
  }
  return grant === undefined ? { kind: "not_granted" } : { kind: "granted", grant };
}

function isCovered(
  { app, name }: Pick<Grant, "app" | "name">,
  environment: string,
  scopes?: readonly string[],
): boolean {
  return scopes === undefined || scopes.some((scope) => covers(scope, { environment, app, function: name }));
}
