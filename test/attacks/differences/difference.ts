/** Cases of one class in which others let the app see something else than must hold here, and why that is so. */
export interface Difference {
  readonly why: string;
  /** Names of cases. */
  readonly both?: readonly string[];
  readonly nginx?: readonly string[];
  readonly haproxy?: readonly string[];
  /** Those of them that come out one way or the other, as the packets fall. */
  readonly sometimes?: readonly string[];
}
