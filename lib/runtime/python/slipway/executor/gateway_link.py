"""The two connections to the gateway."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from slipway.call_context import CallKey
from slipway.executor.line_socket import LineSocket
from slipway.executor.protocol import PROTOCOL, encode, report

RETRY_SECONDS = 0.025
# Log lines that the gateway has not taken; beyond this, more are left out, because results come behind them.
_MOST_UNSENT_LOGS = 1024 * 1024


class Session:
    """One pair of connections, from hello to the loss of either."""

    def __init__(
        self,
        control: socket.socket,
        data: socket.socket,
        *,
        on_control: Callable[[Session, bytes], None],
        on_data: Callable[[Session, bytes], None],
        on_end: Callable[[Session, Exception | None], None],
    ) -> None:
        def end(error: Exception | None) -> None:
            if self.is_open:
                self.close()
                on_end(self, error)

        self._control = LineSocket(control, lambda line: on_control(self, line), end)
        self._data = LineSocket(data, lambda line: on_data(self, line), end)
        self._unsent_logs = 0
        self.is_open = True
        for channel, connection in (("control", self._control), ("data", self._data)):
            connection.send(encode({"op": "hello", "channel": channel, "protocol": PROTOCOL}))

    def send_control(self, line: bytes) -> None:
        self._control.send(line)

    def send_data(self, line: bytes) -> None:
        self._data.send(line)

    def send_log(self, key: CallKey, line: bytes) -> None:
        if self._data.unsent > _MOST_UNSENT_LOGS:
            self._unsent_logs += 1
            return
        if self._unsent_logs:
            left_out = f"slipway: {self._unsent_logs} lines were left out here: the gateway did not take them fast enough"
            self._data.send(report("log", key, stream="stderr", line=left_out))
            self._unsent_logs = 0
        self._data.send(line)

    def read_data_now(self) -> None:
        """Read what has arrived already on the data connection."""
        self._data.read_now()

    async def flush(self) -> None:
        await self._control.flush()
        await self._data.flush()

    def close(self) -> None:
        self.is_open = False
        self._control.close()
        self._data.close()


async def connect(path: str) -> tuple[socket.socket, socket.socket]:
    """Both connections, as soon as the gateway accepts them."""
    return await _connect(path), await _connect(path)


async def _connect(path: str) -> socket.socket:
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        with suppress(OSError):
            await asyncio.get_running_loop().sock_connect(sock, path)
            return sock
        sock.close()
        await asyncio.sleep(RETRY_SECONDS)
