"""Many calls at a time, each a task of one event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from slipway.call_context import CallKey, running
from slipway.executor import outcome
from slipway.executor.arguments import InvalidArguments, arguments_of
from slipway.executor.child_output import flush_output
from slipway.executor.protocol import LineBuffer, decode, key_of, report

_CHUNK = 64 * 1024


class AsyncCalls:
    """Runs what comes on the socket until its other end closes it."""

    def __init__(self, function: Callable[..., Awaitable[Any]], sock: socket.socket, folder: str) -> None:
        self._function = function
        self._socket = sock
        self._folder = folder
        self._buffer = LineBuffer()
        self._tasks: dict[CallKey, asyncio.Task[bytes]] = {}
        self._cancelled: set[CallKey] = set()
        self._pid = os.getpid()
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._receive)
        await self._ended.wait()
        loop.remove_reader(self._socket)

    def _receive(self) -> None:
        try:
            data = self._socket.recv(_CHUNK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not data:
            self._ended.set()
        for line in self._buffer.feed(data):
            message = decode(line)
            key = key_of(message)
            if message["op"] == "run":
                self._start(key, message)
            elif key in self._tasks and key not in self._cancelled:
                self._cancelled.add(key)
                self._tasks[key].cancel()

    def _start(self, key: CallKey, message: dict[str, Any]) -> None:
        self._socket.sendall(report("started", key))
        self._tasks[key] = task = asyncio.create_task(self._outcome(key, message))
        # Not within the task: one that is cancelled before its first step never takes it.
        task.add_done_callback(lambda task: self._finish(key, task))

    async def _outcome(self, key: CallKey, message: dict[str, Any]) -> bytes:
        running.set(key)
        try:
            args, kwargs = await asyncio.to_thread(arguments_of, message) if "file" in message else arguments_of(message)
        except OSError as error:
            return report("died", key, message=f"the arguments could not be read: {error}")
        except InvalidArguments as error:
            return outcome.invalid(key, error)
        try:
            return outcome.done(key, await self._function(*args, **kwargs), self._folder)
        except (KeyboardInterrupt, SystemExit) as error:
            # These would end the loop.
            return outcome.failed(key, error)

    def _finish(self, key: CallKey, task: asyncio.Task[bytes]) -> None:
        if os.getpid() != self._pid:
            # The function forked, and returned in both.
            os._exit(0)
        try:
            line = task.result()
        except BaseException as error:
            # Whatever it raised on its way out, it ends because it was cancelled.
            line = report("cancelled", key) if key in self._cancelled else outcome.failed(key, error)
        flush_output(key)
        del self._tasks[key]
        self._cancelled.discard(key)
        self._socket.sendall(line)
