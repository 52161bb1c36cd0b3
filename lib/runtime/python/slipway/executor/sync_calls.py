"""One call at a time, on the main thread: signals reach it there, and so does what needs the main thread."""

from __future__ import annotations

import contextvars
import os
import signal
import socket
from collections import deque
from collections.abc import Callable
from types import FrameType
from typing import Any

from slipway.call_context import CallKey, running, set_only_call
from slipway.exceptions import InputCancellation
from slipway.executor import outcome
from slipway.executor.arguments import InvalidArguments, arguments_of
from slipway.executor.child_output import flush_output
from slipway.executor.protocol import LineBuffer, decode, key_of, report

_CHUNK = 64 * 1024


class SyncCalls:
    """Runs what comes on the socket until its other end closes it.

    There is no thread that reads the socket meanwhile, because code that forks must be able to. A cancel is a line on the
    socket and then SIGUSR1, whose handler reads the line: so it is certain which call is meant.
    """

    def __init__(self, function: Callable[..., Any], sock: socket.socket, folder: str) -> None:
        self._function = function
        self._socket = sock
        self._folder = folder
        self._buffer = LineBuffer()
        self._messages: deque[dict[str, Any]] = deque()
        self._pid = os.getpid()
        self._key: CallKey | None = None
        self._is_inside = False
        self._is_cancelled = False

    def serve(self) -> None:
        signal.signal(signal.SIGUSR1, self._on_signal)
        while True:
            while not self._messages:
                if not self._receive(0):
                    return
            message = self._messages.popleft()
            # A cancel found here is of a call that has ended.
            if message["op"] == "run":
                self._run(message)

    def _run(self, message: dict[str, Any]) -> None:
        key = key_of(message)
        self._key, self._is_cancelled = key, False
        set_only_call(key)
        self._socket.sendall(report("started", key))
        try:
            args, kwargs = arguments_of(message)
        except OSError as error:
            self._socket.sendall(report("died", key, message=f"the arguments could not be read: {error}"))
            return
        except InvalidArguments as error:
            self._socket.sendall(outcome.invalid(key, error))
            return
        line = self._outcome(key, args, kwargs)
        if os.getpid() != self._pid:
            # The function forked, and returned in both.
            os._exit(0)
        set_only_call(None)
        flush_output()
        self._socket.sendall(line)

    def _outcome(self, key: CallKey, args: list[Any], kwargs: dict[str, Any]) -> bytes:
        context = contextvars.copy_context()
        context.run(running.set, key)
        try:
            try:
                self._is_inside = True
                self._raise_if_cancelled()
                value = context.run(self._function, *args, **kwargs)
            finally:
                self._is_inside = False
            return outcome.done(key, value, self._folder)
        except BaseException as error:
            # Whatever it raised on its way out, it ends because it was cancelled.
            return report("cancelled", key) if self._is_cancelled else outcome.failed(key, error)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self._is_inside and os.getpid() == self._pid:
            self._raise_if_cancelled()

    def _raise_if_cancelled(self) -> None:
        while self._receive(socket.MSG_DONTWAIT):
            pass
        for message in self._messages:
            if message["op"] == "cancel" and key_of(message) == self._key and not self._is_cancelled:
                self._is_cancelled = True
                raise InputCancellation(message["reason"])

    def _receive(self, flags: int) -> bool:
        """Whether there was something to receive."""
        try:
            data = self._socket.recv(_CHUNK, flags)
        except BlockingIOError:
            return False
        self._messages.extend(decode(line) for line in self._buffer.feed(data))
        return bool(data)
