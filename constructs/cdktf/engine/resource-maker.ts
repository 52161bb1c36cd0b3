import type { TerraformElement } from "cdktf";
import type { Construct } from "constructs";
import { kebabCase, nearest } from "../../../lib/naming";
import { describeProblem, isRecord, isToken, type Problem, type Reference, SlipwayError } from "../../../lib/spec";

// biome-ignore lint/suspicious/noExplicitAny: a table of L1 classes, each with a config of its own
type L1 = new (scope: Construct, id: string, config: any) => TerraformElement;

/** The L1 classes that a construct is made of, by the name that `resources` and `transform` give them. */
export type ResourceTable = Readonly<Record<string, L1>>;

/** Every L1 that a construct created, by name. */
export type Resources<T extends ResourceTable> = { readonly [K in keyof T]: InstanceType<T[K]> };

/** The config of an L1. */
export type ConfigOf<C extends L1> = ConstructorParameters<C>[2];

/** Changes an L1's config just before it is created: the way out for whatever Slipway has no prop for. */
export type Transform<T extends ResourceTable> = {
  readonly [K in keyof T]?: (config: ConfigOf<T[K]>) => ConfigOf<T[K]>;
};

/** How `transform` travels beside the parsed props. */
export function transformReference(example: string): Reference {
  return {
    required: false,
    expected: "an object of functions",
    fix: `Write transform: { ${example}: (config) => ({ ...config, … }) }`,
    accepts: (value) => isRecord(value) && !isToken(value),
  };
}

/** Creates a construct's resources by name, through the user's transforms, and collects them. */
export class ResourceMaker<T extends ResourceTable> {
  private readonly made: Partial<Record<keyof T, TerraformElement>> = {};
  private readonly configs: { [K in keyof T]?: ConfigOf<T[K]> } = {};

  /** @param late names of resources that may still be made after `finish`, when something else in the stack asks for them */
  constructor(
    private readonly scope: Construct,
    private readonly table: T,
    private readonly transform: Transform<T> = {},
    private readonly late: ReadonlyArray<keyof T & string> = [],
  ) {
    const problems = Object.entries(transform).flatMap(([name, change]) =>
      transformProblems(name, change, Object.keys(table)),
    );
    if (problems.length > 0) throw new SlipwayError(scope.node.path, problems);
  }

  /** The construct id is the name in kebab-case: a name in the table is a promise never to rename the resource. */
  make<K extends keyof T & string>(name: K, config: ConfigOf<T[K]>): InstanceType<T[K]> {
    const resource = new this.table[name]!(this.scope, kebabCase(name), this.transformed(name, config));
    this.made[name] = resource;
    this.configs[name] = config;
    return resource as InstanceType<T[K]>;
  }

  /** What was made gets other values, by way of the user's transform as before. */
  change<K extends keyof T & string>(name: K, part: Partial<ConfigOf<T[K]>>): void {
    const config = { ...this.configs[name], ...part } as ConfigOf<T[K]>;
    this.configs[name] = config;
    const changed = this.transformed(name, config);
    for (const key of Object.keys(part)) Object.assign(this.made[name]!, { [key]: changed[key] });
  }

  private transformed<K extends keyof T & string>(name: K, config: ConfigOf<T[K]>): ConfigOf<T[K]> {
    const change = this.transform[name];
    if (change === undefined) return config;
    const changed: unknown = change(config);
    if (isRecord(changed)) return changed;
    throw new SlipwayError(this.scope.node.path, [
      {
        code: "SLIPWAY_E_INVALID_VALUE",
        prop: `transform.${name}`,
        value: changed,
        message: "must return the resource's config",
        fix: "Write (config) => ({ ...config, … })",
      },
    ]);
  }

  /**
   * What was made, and, in the same object, what will be. A transform of something that is never made is an error: it would do nothing.
   */
  finish(): Resources<T> {
    const problems = this.unused().filter(({ prop }) => !this.late.some((name) => prop === `transform.${name}`));
    if (problems.length > 0) throw new SlipwayError(this.scope.node.path, problems);
    if (this.unused().length > 0) {
      const { path } = this.scope.node;
      this.scope.node.addValidation({ validate: () => this.unused().map((problem) => describeProblem(path, problem)) });
    }
    return this.made as Resources<T>;
  }

  private unused(): Problem[] {
    const unused = Object.keys(this.transform).filter((name) => this.transform[name] && !(name in this.made));
    const existing = Object.keys(this.made).sort().join(", ");
    return unused.map((name) => ({
      code: "SLIPWAY_E_UNUSED_TRANSFORM",
      prop: `transform.${name}`,
      value: undefined,
      message: `there is no ${name} with these props; there are ${existing}`,
      fix: `Remove transform.${name}`,
    }));
  }
}

function transformProblems(name: string, change: unknown, known: readonly string[]): Problem[] {
  const prop = `transform.${name}`;
  if (!known.includes(name)) {
    const close = nearest(name, known);
    const list = `; it has ${[...known].sort().join(", ")}`;
    return [
      {
        code: "SLIPWAY_E_UNKNOWN_PROP",
        prop,
        value: undefined,
        message: `is not a resource of this construct${close ? "" : list}`,
        fix: close ? `Did you mean ${close}?` : `Remove ${prop}`,
      },
    ];
  }
  if (typeof change === "function" || change === undefined) return [];
  return [
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop,
      value: change,
      message: "must be a function of the resource's config",
      fix: "Write (config) => ({ ...config, … })",
    },
  ];
}
