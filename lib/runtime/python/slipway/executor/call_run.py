"""One attempt of a call, from the gateway's line to the end that it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from slipway.call_context import CallKey
from slipway.executor.gateway_link import Session
from slipway.executor.protocol import Run


class CallRun:
    """Who asked for it is told; after a reconnect nobody is, because the gateway has ended it for itself."""

    def __init__(self, run: Run, session: Session) -> None:
        self.key: CallKey = run.key
        self.line = run.line + b"\n"
        self.session = session
        self.cancel_reason: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, line: bytes) -> None:
        self.session.send_data(line)

    def give_grace(self, seconds: float, too_late: Callable[[], None]) -> None:
        """Begin its time to end by itself."""
        self._timer = asyncio.get_running_loop().call_later(seconds, too_late)

    def ended(self) -> None:
        if self._timer:
            self._timer.cancel()
