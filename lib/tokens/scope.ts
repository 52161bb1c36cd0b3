/** An endpoint, as scopes name it: `prod/shop/api`; without an environment `-/shop/api`. */
export interface EndpointName {
  readonly environment: string;
  readonly app: string;
  readonly function: string;
}

/** Stands for the environment of a platform that has none: no environment can have this name. */
const NO_ENVIRONMENT = "-";

/** What environments, apps and functions are called. */
const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

export function endpointPath({ environment, app, function: name }: EndpointName): string {
  return `${environment || NO_ENVIRONMENT}/${app}/${name}`;
}

/** What is wrong with a scope; undefined when it is one. */
export function scopeProblem(scope: string): string | undefined {
  const parts = scope.split("/");
  if (parts.length !== 3) {
    return `A scope has three parts, environment/app/function, such as prod/shop/*; "${scope}" has ${parts.length}.`;
  }
  const wrong = parts.find((part, i) => part !== "*" && !NAME.test(part) && !(i === 0 && part === NO_ENVIRONMENT));
  if (wrong === undefined) return undefined;
  return (
    `"${wrong}" in the scope "${scope}" is neither a name (a-z, 0-9 and single dashes) nor "*" for all of them` +
    ` ("-" for a platform without an environment).`
  );
}

/** Whether a scope names an endpoint: each part is the endpoint's, or `*`. What is no scope names none. */
export function covers(scope: string, endpoint: EndpointName): boolean {
  if (scopeProblem(scope) !== undefined) return false;
  const asked = endpointPath(endpoint).split("/");
  return scope.split("/").every((part, i) => part === "*" || part === asked[i]);
}
