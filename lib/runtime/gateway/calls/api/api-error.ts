import { refusalFor } from "../../auth/refusals";
import { Unavailable } from "../persistently";
import { json, type Outcome } from "./exchange";

export type ApiErrorCode =
  | "invalid_call"
  | "not_granted"
  | "out_of_scope"
  | "not_found"
  | "method_not_allowed"
  | "function_not_found"
  | "call_not_found"
  | "idempotency_conflict"
  | "call_expired"
  | "payload_too_large"
  | "too_many_pending"
  | "calls_unavailable"
  | "internal_error";

const STATUS: Readonly<Record<ApiErrorCode, number>> = {
  invalid_call: 400,
  not_granted: 403,
  out_of_scope: 403,
  not_found: 404,
  method_not_allowed: 405,
  function_not_found: 404,
  call_not_found: 404,
  idempotency_conflict: 409,
  call_expired: 410,
  payload_too_large: 413,
  too_many_pending: 429,
  calls_unavailable: 503,
  internal_error: 500,
};

/** A request that the API refuses. */
export class ApiError extends Error {
  constructor(
    readonly code: ApiErrorCode,
    message: string,
    readonly extra: {
      readonly callId?: string;
      readonly retryAfterSeconds?: number;
      readonly allow?: string;
      readonly scope?: string;
    } = {},
  ) {
    super(message);
  }
}

export function refusal({ code, message, extra }: ApiError): Outcome {
  const { callId, retryAfterSeconds, allow } = extra;
  return json(
    STATUS[code],
    { error: { code, message, ...(callId !== undefined && { call_id: callId }) } },
    {
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
      ...(allow !== undefined && { allow }),
    },
  );
}

/** Whatever was thrown, as what the client is told. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof Unavailable) return unavailable("Nothing has changed by this request; ask again.");
  return new ApiError("internal_error", "The gateway met an error of its own; its log has it as calls_error.");
}

export function unavailable(consequence: string, callId?: string): ApiError {
  const message = `Where calls are kept did not answer within the deadline. ${consequence}`;
  return new ApiError("calls_unavailable", message, { retryAfterSeconds: 2, callId });
}

/** @param what is refused, such as "call shop/resize" */
export function notGranted(what: string): ApiError {
  return new ApiError(
    "not_granted",
    `This endpoint may not ${what}: give it the grant with grantSpawn(<the function>).`,
  );
}

/** In the words in which the endpoint itself refuses it. */
export function outOfScope(scope: string): ApiError {
  return new ApiError("out_of_scope", refusalFor("out_of_scope", scope).message, { scope });
}

export function callNotFound(id: string): ApiError {
  return new ApiError("call_not_found", `There is no call ${id}; it may have been removed after its retention.`);
}

export function callExpired(id: string): ApiError {
  return new ApiError("call_expired", `The record of ${id} is past its retention: its result is no longer kept.`);
}
