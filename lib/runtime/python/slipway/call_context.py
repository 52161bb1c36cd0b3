"""Which call this code is running for."""

from __future__ import annotations

from contextvars import ContextVar

CallKey = tuple[str, int]

running: ContextVar[CallKey | None] = ContextVar("slipway_call", default=None)

_only: CallKey | None = None


def set_only_call(key: CallKey | None) -> None:
    """Name the one call that this process runs: threads that it starts have no context of their own."""
    global _only
    _only = key


def current_call() -> CallKey | None:
    """Id and attempt of the call that is running here."""
    return running.get() or _only


def current_function_call_id() -> str | None:
    """Id of the call that this code runs for; None outside of one."""
    call = current_call()
    return call[0] if call else None


def current_attempt() -> int:
    """Which attempt of its call this is, from 1; 0 outside of one."""
    call = current_call()
    return call[1] if call else 0
