"""Calls of functions."""

from __future__ import annotations

from enum import Enum
from typing import Any

from slipway.client import operations
from slipway.client.gathering import Gather
from slipway.client.steps import Steps
from slipway.client.verb import Verb


class CallState(str, Enum):
    """Where a call is between its spawn and its end: the first two are open, the others are for ever."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"

    def __str__(self) -> str:
        return self.value


class FunctionCall:
    """One call of a function. Each verb has another at ``.aio`` for use with ``await``."""

    def __init__(self, object_id: str) -> None:
        self.object_id = object_id

    @classmethod
    def from_id(cls, object_id: str) -> FunctionCall:
        """The call of this id, from whoever spawned it. Asks nobody."""
        return cls(object_id)

    def __repr__(self) -> str:
        return f"<FunctionCall {self.object_id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FunctionCall) and other.object_id == self.object_id

    def __hash__(self) -> int:
        return hash(self.object_id)

    @Verb
    def get(self, timeout: float | None = None) -> Steps[Any]:
        """The result, or what the function raised; reading it does not use it up.

        Waits for ever, or ``timeout`` seconds and then raises ``TimeoutError``; 0 looks once.
        """
        return (yield from operations.result(self.object_id, timeout))

    @Verb
    def status(self) -> Steps[CallState]:
        """Where the call is."""
        return CallState((yield from operations.describe_call(self.object_id))["state"])

    @Verb
    def cancel(self) -> Steps[None]:
        """End the call: at once if it is pending, and by ``InputCancellation`` if it runs. One that has ended stays as it is."""
        yield from operations.cancel(self.object_id)

    gather = Gather()
    """The results of several calls, in their order. The first that raises is raised; the others go on."""
