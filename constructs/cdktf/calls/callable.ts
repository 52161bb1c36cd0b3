import type { IConstruct } from "constructs";
import type { GrantedFunction } from "../../../lib/task";
import type { IPlatform } from "../platform/platform-ref";

/** A function that can be called: of this stack, or of another by its name. */
export interface IFunction extends ICaller {
  /** Lets an endpoint, or another function, make calls of this one, ask for their results and cancel them. */
  grantSpawnTo(caller: ICaller): void;
}

/** Whoever may be let make calls: a web endpoint or a SpawnFunction. */
export interface ICaller extends IConstruct {
  readonly app: string;
  readonly name: string;
}

/** A function as whoever calls it must know it. */
export interface Callable extends GrantedFunction {
  readonly name: string;
  readonly platform: IPlatform;
}

const CALLABLE = Symbol.for("slipway/callable");

export function markCallable(fn: IConstruct, callable: Callable): void {
  Object.defineProperty(fn, CALLABLE, { value: callable });
}

/** Across copies of the library, unlike `instanceof`; undefined for what is no function. */
export function callableOf(value: unknown): Callable | undefined {
  return typeof value === "object" && value !== null ? (value as { [CALLABLE]?: Callable })[CALLABLE] : undefined;
}
