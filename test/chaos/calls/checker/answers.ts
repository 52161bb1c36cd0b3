import type { Property } from "./property";

/** What docs/calls.md says may be answered to a call that is well-formed. */
const DOCUMENTED: Readonly<Record<string, number>> = {
  idempotency_conflict: 409,
  too_many_pending: 429,
  calls_unavailable: 503,
};

export const ANSWERS: readonly Property[] = [
  {
    name: "every refusal is one that the contract has",
    ofAll: ({ refused }) => {
      const strange = refused.filter(({ status, code }) => DOCUMENTED[code ?? ""] !== status);
      return strange.map(({ n, status, code }) => `number ${n}: ${status} ${code}`);
    },
  },
];
