import type { LocatedProblem } from "../spec";

/** Something about routes that a person has to settle: a problem of SlipwayError's, with the construct it is about. */
export type RoutingProblem = LocatedProblem;
