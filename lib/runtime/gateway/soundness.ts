import type { IncomingMessage } from "node:http";
import { requestProblem } from "./headers";
import { isOriginForm } from "./path";
import type { Refusal } from "./refusal";
import { badRequest, EXPECTATION_FAILED, HEADERS_TOO_LARGE, UNSUPPORTED_CODING } from "./refusals";
import { type Upgrade, upgradeProblem } from "./upgrade";

/** Node drops what is beyond this without a word. A header of a few bytes takes many times its size here. */
export const MOST_HEADERS = 1000;

/** Why a request that the parser let through is refused all the same; undefined when it is sound. */
export function soundness(request: IncomingMessage, upgrade: Upgrade | undefined): Refusal | undefined {
  const { rawHeaders, httpVersion, url = "", headers } = request;
  if (!isOriginForm(url)) return badRequest('The request target must start with "/" and hold no fragment.');
  const problem = requestProblem(rawHeaders, httpVersion) ?? (upgrade && upgradeProblem(request));
  if (problem !== undefined) return badRequest(problem);
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.trim().toLowerCase() !== "chunked") return UNSUPPORTED_CODING;
  if (rawHeaders.length >= 2 * MOST_HEADERS) return HEADERS_TOO_LARGE;
  const { expect } = headers;
  if (expect !== undefined && expect.trim().toLowerCase() !== "100-continue" && httpVersion === "1.1") {
    return EXPECTATION_FAILED;
  }
  return undefined;
}
