"""Runs plain Python functions as Slipway endpoints: ``python -m slipway serve --help``. Calls functions that are deployed:
``slipway.Function.from_name("acme", "transcribe").spawn("s3://…")``."""

__version__ = "0.1.0"

# Type checkers take it for typing's, whose import would cost every process more than this package does.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway.call_context import current_attempt, current_function_call_id
    from slipway.exceptions import (
        CallCancelledError,
        ConflictError,
        FunctionTimeoutError,
        InputCancellation,
        InvalidCallError,
        NotFoundError,
        NotGrantedError,
        OutputExpiredError,
        PayloadTooLargeError,
        QueueTimeoutError,
        RemoteError,
        SlipwayError,
        TimeoutError,
        TooManyPendingError,
        UnauthorizedError,
        UnavailableError,
    )
    from slipway.function import Function
    from slipway.function_call import CallState, FunctionCall

__all__ = [
    "CallCancelledError",
    "CallState",
    "ConflictError",
    "Function",
    "FunctionCall",
    "FunctionTimeoutError",
    "InputCancellation",
    "InvalidCallError",
    "NotFoundError",
    "NotGrantedError",
    "OutputExpiredError",
    "PayloadTooLargeError",
    "QueueTimeoutError",
    "RemoteError",
    "SlipwayError",
    "TimeoutError",
    "TooManyPendingError",
    "UnauthorizedError",
    "UnavailableError",
    "__version__",
    "current_attempt",
    "current_function_call_id",
]

_ELSEWHERE = {
    "CallState": "function_call",
    "Function": "function",
    "FunctionCall": "function_call",
    "current_attempt": "call_context",
    "current_function_call_id": "call_context",
}


def __getattr__(name):  # type: ignore[no-untyped-def]
    if name not in __all__:
        raise AttributeError("module 'slipway' has no attribute %r" % name)
    from importlib import import_module

    value = getattr(import_module("slipway." + _ELSEWHERE.get(name, "exceptions")), name)
    globals()[name] = value
    return value


def __dir__():  # type: ignore[no-untyped-def]
    return __all__
