"""What the user's code prints, told apart by call where one event loop runs several."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Any, TextIO

from slipway.call_context import CallKey, running
from slipway.executor.protocol import MAX_INLINE, report

_streams: list[CallStream] = []


class CallStream:
    """In the place of ``sys.stdout`` or ``sys.stderr``. Lines that a call's own code writes are sent as that call's, once
    ``pipe`` is set; what else is written goes where it always does."""

    def __init__(self, name: str, original: TextIO) -> None:
        self._name = name
        self._original = original
        self._unfinished: dict[CallKey, str] = {}
        self._lock = threading.RLock()
        self.pipe: int | None = None

    def write(self, text: str) -> int:
        key = running.get() if self.pipe is not None else None
        if key is None:
            return self._original.write(text)
        with self._lock:
            *lines, rest = (self._unfinished.get(key, "") + text).split("\n")
            if len(rest) > MAX_INLINE:
                lines, rest = [*lines, rest], ""
            self._unfinished[key] = rest
            for line in lines:
                self._send(key, line)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def finish(self, key: CallKey) -> None:
        """Send the line that the call began and did not end."""
        with self._lock:
            rest = self._unfinished.pop(key, "")
            if rest:
                self._send(key, rest)

    def give_back(self) -> None:
        if getattr(sys, self._name) is self:
            setattr(sys, self._name, self._original)

    def _send(self, key: CallKey, line: str) -> None:
        # Cut so that it fits in a line of the protocol although each character may take four bytes, or six escaped.
        for start in range(0, len(line) or 1, MAX_INLINE):
            content = report("log", key, stream=self._name, line=line[start : start + MAX_INLINE])
            while content and self.pipe is not None:
                content = content[os.write(self.pipe, content) :]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def watch_output() -> None:
    """Take the place of the two streams, before the user's code keeps a reference to them."""
    for name in ("stdout", "stderr"):
        original = getattr(sys, name)
        # A pipe is block-buffered by default: a print would be seen minutes later, or never.
        original.reconfigure(line_buffering=True, errors="backslashreplace")
        stream = CallStream(name, original)
        _streams.append(stream)
        setattr(sys, name, stream)


def tell_calls_apart(pipe: int) -> None:
    """From now on, send what calls print to this pipe."""
    for stream in _streams:
        stream.pipe = pipe


def leave_output() -> None:
    """Put the two streams back: where one call runs at a time, all that is printed meanwhile is its own."""
    for stream in _streams:
        stream.give_back()


def flush_output(key: CallKey | None = None) -> None:
    """Let nothing that was printed come after the call's end."""
    for stream in _streams:
        if key is not None:
            stream.finish(key)
    for file in (sys.stdout, sys.stderr):
        with suppress(Exception):
            file.flush()
    if _libc is not None:
        # What C libraries printed: into a pipe they write only when their buffer is full.
        _libc.fflush(None)


def _find_libc() -> Any:
    try:
        import ctypes

        return ctypes.CDLL(None)
    except (ImportError, OSError):
        return None


_libc = _find_libc()
