import type { ClientRequest } from "./client-request";
import { requestProblem } from "./headers";
import { isOriginForm } from "./path";
import type { Refusal } from "./refusal";
import { badRequest, EXPECTATION_FAILED, UNSUPPORTED_CODING } from "./refusals";
import { type Upgrade, upgradeProblem } from "./upgrade";

/** Why a request that the parser let through is refused all the same; undefined when it is sound. */
export function soundness(request: ClientRequest, upgrade: Upgrade | undefined): Refusal | undefined {
  const { target, headers, version, body, expect } = request;
  if (!isOriginForm(target)) return badRequest('The request target must start with "/" and hold no fragment.');
  const problem = requestProblem(headers, version) ?? (upgrade && upgradeProblem(request));
  if (problem !== undefined) return badRequest(problem);
  if (body === "unknown") return UNSUPPORTED_CODING;
  if (expect !== undefined && expect.toLowerCase() !== "100-continue" && version === "1.1") return EXPECTATION_FAILED;
  return undefined;
}
