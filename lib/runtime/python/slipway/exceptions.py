"""What calls raise. All but ``InputCancellation`` are a ``SlipwayError``."""

from __future__ import annotations

import builtins


class SlipwayError(Exception):
    """Anything that goes wrong between this code and the function that it calls."""


class RemoteError(SlipwayError):
    """The function raised, and its exception is none that could be raised again here.

    ``type`` is the exception's name as in its own process: ``ValueError``, ``models.OutOfVocabulary``.
    """

    def __init__(self, type: str, message: str, traceback: str = "") -> None:
        super().__init__(type, message, traceback)
        self.type = type
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        text = f"{self.type}: {self.message}" if self.message else self.type
        return f"{text}\n\nIn the function's process:\n\n{self.traceback}" if self.traceback else text


class TimeoutError(SlipwayError, builtins.TimeoutError):
    """The call is still open when ``get`` has waited its time. It goes on: ask again."""


class OutputExpiredError(TimeoutError):
    """The call's record is past its retention. A ``TimeoutError``, as Modal's is: catch this one first."""


class FunctionTimeoutError(SlipwayError):
    """The function ran out of time. No ``TimeoutError``: a loop that waits while a call is open must end here."""


class QueueTimeoutError(SlipwayError):
    """Nobody started the call within the function's ``queueTimeout``."""


class CallCancelledError(SlipwayError):
    """The call was cancelled, so there is no result."""


class NotFoundError(SlipwayError):
    """There is no such function or call, or no calls API at ``SLIPWAY_URL``."""


class ConflictError(SlipwayError):
    """The idempotency key was used before with other arguments."""


class InvalidCallError(SlipwayError):
    """What was asked has not the form of a call or of a call's id."""


class NotGrantedError(SlipwayError):
    """This endpoint may not call that function; the message names the grant."""


class UnauthorizedError(SlipwayError):
    """``SLIPWAY_TOKEN`` is unknown, was revoked, or none of its scopes names this function; the message says which."""


class PayloadTooLargeError(SlipwayError):
    """The arguments are larger than the function's ``maxPayload``."""


class TooManyPendingError(SlipwayError):
    """The function has ``maxPending`` open calls, and still has after the retries."""


class UnavailableError(SlipwayError):
    """Slipway did not answer, or had too much to do, and so it is still after the retries."""


class InputCancellation(BaseException):
    """Raised in a function whose call is cancelled, wherever its main thread is; an async one gets
    ``asyncio.CancelledError`` instead.

    ``reason`` is ``"cancelled"``, ``"timeout"`` or ``"shutdown"``. Clean up and let it go on: what has not ended after the
    grace period is killed.
    """

    def __init__(self, reason: str = "cancelled") -> None:
        super().__init__(reason)
        self.reason = reason
