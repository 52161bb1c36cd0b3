"""What an answer that is no success means."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from slipway import exceptions
from slipway.client.settings import PUBLIC_PATH
from slipway.client.steps import Request, Response
from slipway.exceptions import RemoteError, SlipwayError

_BY_CODE: dict[str, type[SlipwayError]] = {
    "invalid_call": exceptions.InvalidCallError,
    "not_granted": exceptions.NotGrantedError,
    "function_not_found": exceptions.NotFoundError,
    "call_not_found": exceptions.NotFoundError,
    "idempotency_conflict": exceptions.ConflictError,
    "call_expired": exceptions.OutputExpiredError,
    "payload_too_large": exceptions.PayloadTooLargeError,
    "too_many_pending": exceptions.TooManyPendingError,
    "calls_unavailable": exceptions.UnavailableError,
    "rate_limited": exceptions.UnavailableError,
}
_BY_STATUS: dict[int, type[SlipwayError]] = {
    400: exceptions.InvalidCallError,
    401: exceptions.UnauthorizedError,
    403: exceptions.UnauthorizedError,
    413: exceptions.PayloadTooLargeError,
    429: exceptions.TooManyPendingError,
    502: exceptions.UnavailableError,
    503: exceptions.UnavailableError,
    504: exceptions.UnavailableError,
}
_BY_STATE: dict[str, type[SlipwayError]] = {
    "TIMEOUT": exceptions.FunctionTimeoutError,
    "CANCELLED": exceptions.CallCancelledError,
    "EXPIRED": exceptions.QueueTimeoutError,
}
# They mean something to whoever calls ``get``: that the call is open, or that a loop is at its end.
_NEVER_RAISED_AGAIN = (builtins.TimeoutError, StopIteration, StopAsyncIteration)


def refusal(request: Request, response: Response) -> SlipwayError:
    """The error that an answer with a status of 300 or more stands for."""
    status = response.status
    if status < 400:
        location = response.headers.get("location", "nowhere")
        return SlipwayError(f"status {status}: {_address(request)} leads to {location}; set SLIPWAY_URL to where that is")
    content = response.json()
    error = content.get("error") if isinstance(content, dict) else None
    error = error if isinstance(error, dict) and isinstance(error.get("message"), str) else {}
    code = str(error.get("code"))
    if status == 404 and PUBLIC_PATH in request.path and not (code in _BY_CODE or _is_from_calls_api(response)):
        return exceptions.NotFoundError(
            f"there is no public calls API at {_address(request)}. SLIPWAY_URL has to be the whole URL of an endpoint with "
            "publicCalls: true."
        )
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status, SlipwayError)
    if error:
        return kind(error["message"])
    text = response.body[:200].decode(errors="replace").strip()
    return kind(f"status {status}{f': {text}' if text else ''}")


def _address(request: Request) -> str:
    scheme = "https" if request.origin.is_tls else "http"
    return f"{scheme}://{request.origin.authority}{request.path.partition(PUBLIC_PATH)[0]}/"


def _is_from_calls_api(response: Response) -> bool:
    return response.headers.get("x-slipway-origin") == "gateway" and "x-request-id" in response.headers


def failure(call: str, state: str, error: Any) -> Exception:
    """What a call that ended without a result raises in who asks for it."""
    error = error if isinstance(error, dict) else {}
    kind, message, traceback = (str(error.get(name) or "") for name in ("type", "message", "traceback"))
    if state in _BY_STATE:
        return _BY_STATE[state](message or f"call {call} ended as {state}")
    remote = RemoteError(kind or "Exception", message, traceback)
    builtin = _builtin(kind, message)
    if builtin is None:
        return remote
    builtin.__cause__ = remote
    return builtin


def _builtin(name: str, message: str) -> Exception | None:
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or issubclass(kind, _NEVER_RAISED_AGAIN):
        return None
    try:
        # A KeyError's text is its key as code writes it.
        return kind(ast.literal_eval(message) if kind is KeyError else message)
    except Exception:
        # Some have more to them than a message: UnicodeDecodeError, ExceptionGroup.
        return None
