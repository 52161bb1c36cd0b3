"""The read end of a child's stdout, stderr or log pipe."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from slipway.executor.console import Console
from slipway.executor.protocol import MAX_INLINE

_CHUNK = 64 * 1024
# What a pipe can hold at the most, unless an administrator allows more.
_MOST_IN_PIPE = 1024 * 1024


class OutputPipe:
    """Calls ``on_line`` for each line, cut at 64 KiB, or at ``cut`` bytes. Waits while the console is full, as the writer then
    does: it is printing faster than anybody reads."""

    def __init__(self, descriptor: int, console: Console, on_line: Callable[[bytes], None], cut: int = MAX_INLINE) -> None:
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._console = console
        self._on_line = on_line
        self._cut = cut
        self._rest = b""
        self._is_open = True
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._turn)

    def finish_line(self) -> None:
        """Take all that has been written until now, and what is left of a line for a whole one."""
        read = 0
        while read < _MOST_IN_PIPE and (size := self._read()):
            read += size
        if self._rest:
            rest, self._rest = self._rest, b""
            self._on_line(rest)

    def close(self) -> None:
        if self._is_open:
            self.finish_line()
            self._stop()

    def _turn(self) -> None:
        self._read()
        if self._is_open and self._console.is_full:
            self._loop.remove_reader(self._descriptor)
            self._console.when_room(self._resume)

    def _resume(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._descriptor, self._turn)

    def _read(self) -> int:
        if not self._is_open:
            return 0
        try:
            data = os.read(self._descriptor, _CHUNK)
        except (BlockingIOError, InterruptedError):
            return 0
        if not data:
            # All writers have closed it: the process may go on without.
            self._loop.remove_reader(self._descriptor)
            return 0
        *lines, self._rest = (self._rest + data).split(b"\n")
        while len(self._rest) > self._cut:
            lines.append(self._rest[: self._cut])
            self._rest = self._rest[self._cut :]
        for line in lines:
            for start in range(0, len(line) or 1, self._cut):
                self._on_line(line[start : start + self._cut])
        return len(data)

    def _stop(self) -> None:
        self._is_open = False
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
