"""What an answer that is no success means."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from slipway import exceptions
from slipway.client.steps import Response
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


def refusal(response: Response) -> SlipwayError:
    """The error that an answer with a status of 400 or more stands for."""
    content = response.json()
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        kind = _BY_CODE.get(str(error.get("code"))) or _BY_STATUS.get(response.status, SlipwayError)
        return kind(error["message"])
    kind = _BY_STATUS.get(response.status, SlipwayError)
    text = response.body[:200].decode(errors="replace").strip()
    return kind(f"status {response.status}{f': {text}' if text else ''}")


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
