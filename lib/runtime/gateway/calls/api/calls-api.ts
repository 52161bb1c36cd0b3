import { readFunctionEntry, tagOf } from "../../../../calls";
import type { CallerConfig } from "../../../../task/calls-config";
import { thrown } from "../../log";
import { Unavailable } from "../persistently";
import { ApiError, apiErrorOf, notGranted, outOfScope, refusal } from "./api-error";
import { cancelCall } from "./cancel";
import { type About, type ApiAnswer, type ApiRequest, json, type Outcome } from "./exchange";
import { functionInfo } from "./function-info";
import { type Permission, permission, type Subject } from "./permission";
import { Results } from "./result";
import { type Route, routeOf } from "./routes";
import { Spawner } from "./spawn";
import type { CallStores } from "./stores";

const LOOKUP_MS = 5000;

/** The calls API, whichever server it stands behind. It answers every request and never rejects. */
export class CallsApi {
  private readonly spawner: Spawner;
  private readonly results: Results;

  constructor(
    private readonly config: CallerConfig & { readonly environment: string },
    private readonly stores: CallStores,
  ) {
    this.spawner = new Spawner(stores);
    this.results = new Results(stores);
  }

  async handle(request: ApiRequest): Promise<ApiAnswer> {
    const route = routeOf(request.method, request.path);
    const about: About = { route: route.route, ...subjectOf(route) };
    try {
      const answer = await this.serve(route, request);
      const call = about.call ?? answer.call;
      return { ...answer, about: { ...about, ...(call !== undefined && { call }) } };
    } catch (error) {
      const told = apiErrorOf(error);
      const cause = causeOf(error);
      if (told.code === "internal_error" && !request.signal.aborted) {
        this.stores.log.error("calls_error", { ...about, ...thrown(error) });
      }
      return { ...refusal(told), about: { ...about, ...aboutError(told), ...(cause !== undefined && { cause }) } };
    }
  }

  private async serve(route: Route, request: ApiRequest): Promise<Outcome & { readonly call?: string }> {
    switch (route.route) {
      case "spawn":
        return this.spawn(route, request);
      case "function":
        return this.info(route, request);
      case "status":
        return this.results.status(this.granted(route.id, request), request.signal);
      case "result":
        return this.results.result(this.granted(route.id, request), request.query.get("wait"), request);
      case "cancel":
        return cancelCall(this.granted(route.id, request), this.stores, this.results, request.signal);
      case "method":
        throw new ApiError("method_not_allowed", `This path is for ${route.allow}.`, { allow: route.allow });
      case "none":
        throw new ApiError("not_found", "The calls API has no such path; docs/calls.md lists its paths.");
    }
  }

  private async spawn({ app, name }: { app: string; name: string }, request: ApiRequest) {
    const allowed = this.permission({ app, name }, request);
    this.requireEnvironment(request, app, name);
    if (allowed.kind !== "granted") throw notGranted(`call ${app}/${name}`);
    const { grant } = allowed;
    const entry = await this.stores.functions.entry(app, name, performance.now() + LOOKUP_MS);
    if (entry === undefined) throw functionNotFound(app, name);
    if (entry.tag !== grant.tag) {
      this.stores.log.error("function_differs", { app, name, registered: entry.tag, granted: grant.tag });
      throw functionNotFound(app, name);
    }
    const { id, state } = await this.spawner.spawn(request, entry);
    return { ...json(202, { call_id: id, state }, { location: `${request.base ?? ""}/v1/calls/${id}` }), call: id };
  }

  private async info({ app, name }: { app: string; name: string }, request: ApiRequest): Promise<Outcome> {
    this.permission({ app, name }, request);
    this.requireEnvironment(request, app, name);
    // Of other apps the task's role may not even read.
    if (!this.config.grants.some((grant) => grant.app === app)) throw notGranted(`call ${app}/${name}`);
    const item = await this.stores.functions.item(app, name, performance.now() + LOOKUP_MS);
    if (item === undefined || (item.kind && "S" in item.kind && item.kind.S === "function" && !readFunctionEntry(item)))
      throw functionNotFound(app, name);
    return json(200, functionInfo(app, name, item));
  }

  private requireEnvironment({ query }: ApiRequest, app: string, name: string): void {
    const environment = query.get("environment");
    if (environment !== null && environment !== this.config.environment) throw functionNotFound(app, name, environment);
  }

  /** The id says whose call it is: those of other functions are not even looked for. */
  private granted(id: string, request: ApiRequest): string {
    const tag = tagOf(id);
    if (tag === undefined) throw new ApiError("invalid_call", "A call's id is fc- and 40 hexadecimal digits.");
    if (this.permission({ tag }, request).kind !== "granted") {
      throw notGranted(`see calls of the function that ${id} is of`);
    }
    return id;
  }

  /** A token that may not is refused here. */
  private permission(subject: Subject, { scopes }: ApiRequest): Exclude<Permission, { kind: "out_of_scope" }> {
    const { environment, grants } = this.config;
    const allowed = permission(subject, { environment, grants, scopes });
    if (allowed.kind === "out_of_scope") throw outOfScope(allowed.scope);
    return allowed;
  }
}

function functionNotFound(app: string, name: string, environment?: string): ApiError {
  const where = environment === undefined ? "this environment" : `the environment ${environment}, or this one another`;
  return new ApiError("function_not_found", `There is no function ${app}/${name}; is it deployed in ${where}?`);
}

function subjectOf(route: Route): Pick<About, "call" | "target"> {
  if ("app" in route) return { target: `${route.app}/${route.name}`.slice(0, 256) };
  return "id" in route && tagOf(route.id) !== undefined ? { call: route.id } : {};
}

function aboutError({ code, extra: { scope } }: ApiError): Pick<About, "code" | "scope"> {
  return { code, ...(scope !== undefined && { scope }) };
}

/** Why AWS was not available, for the log. */
function causeOf(error: unknown): string | undefined {
  const inner = error instanceof ApiError ? error.cause : error;
  return inner instanceof Unavailable ? inner.message : undefined;
}
