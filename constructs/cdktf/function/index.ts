export type { ICaller, IFunction } from "../calls/callable";
export type { SpawnResources } from "./resources";
export { SpawnFunction, type SpawnFunctionProps } from "./spawn-function";
