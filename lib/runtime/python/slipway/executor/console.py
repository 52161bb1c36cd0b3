"""The supervisor's own stdout and stderr. A pipe that nobody reads blocks whoever writes to it: here that is a thread."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import Callable

_MOST_UNWRITTEN = 4 * 1024 * 1024
STDOUT, STDERR = 1, 2


class Console:
    """Writes in the order of the calls of ``write``. What is left when the process ends is lost, after a moment."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[tuple[int, bytes] | None] = queue.SimpleQueue()
        self._unwritten = 0
        self._waiting: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._work, name="slipway-console", daemon=True)
        self._thread.start()

    @property
    def is_full(self) -> bool:
        return self._unwritten > _MOST_UNWRITTEN

    def when_room(self, resume: Callable[[], None]) -> None:
        """Call it once when there is room again."""
        self._waiting.append(resume)

    def write(self, descriptor: int, content: bytes) -> None:
        self._unwritten += len(content)
        self._queue.put((descriptor, content))

    def say(self, text: str) -> None:
        """A line of Slipway's own."""
        self.write(STDERR, f"slipway: {text}\n".encode(errors="backslashreplace"))

    def close(self, seconds: float) -> None:
        self._queue.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            descriptor, content = item
            size = len(content)
            try:
                while content:
                    content = content[os.write(descriptor, content) :]
            except OSError:
                # Nobody reads it any more; the calls go on.
                pass
            try:
                self._loop.call_soon_threadsafe(self._written, size)
            except RuntimeError:
                # The loop has ended; what is left in the queue is still written.
                pass

    def _written(self, size: int) -> None:
        self._unwritten -= size
        if not self.is_full:
            waiting, self._waiting = self._waiting, []
            for resume in waiting:
                resume()
