"""What stops ``slipway serve`` before it serves."""

from __future__ import annotations


class StartError(Exception):
    """Something the user can fix: the message says what is wrong and what to do, and is all that is printed."""


class Stopped(SystemExit):
    """A signal ended the process while it was starting or after it had finished what was in flight: exit code 0."""

    def __init__(self) -> None:
        super().__init__(0)
