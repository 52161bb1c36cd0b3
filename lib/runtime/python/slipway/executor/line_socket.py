"""A socket of lines on the supervisor's event loop, which never waits for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from slipway.executor.protocol import LineBuffer, ProtocolError

_CHUNK = 64 * 1024
# Read in one turn of the loop; the other sockets come next.
_CHUNKS_A_TURN = 8


class LineSocket:
    """Calls ``on_line`` for each line, and ``on_end`` once: with nothing at its end, with what is wrong otherwise."""

    def __init__(
        self, sock: socket.socket, on_line: Callable[[bytes], None], on_end: Callable[[Exception | None], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._on_line = on_line
        self._on_end = on_end
        self._buffer = LineBuffer()
        self._unsent = bytearray()
        self._sent = asyncio.Event()
        self._sent.set()
        self.is_open = True
        sock.setblocking(False)
        self._loop.add_reader(sock, self._read, _CHUNKS_A_TURN)

    @property
    def unsent(self) -> int:
        """Bytes that the other side has not taken yet."""
        return len(self._unsent)

    def send(self, line: bytes) -> None:
        """Send it, or as soon as the other side takes it; lost when the socket is closed."""
        if not self.is_open:
            return
        self._unsent += line
        if len(self._unsent) == len(line):
            self._write()

    async def flush(self) -> None:
        """Wait until all is sent, or cannot be."""
        await self._sent.wait()

    def read_now(self) -> None:
        """Read what has arrived already, although it is not its turn."""
        self._read(_CHUNKS_A_TURN * _CHUNKS_A_TURN)

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._sent.set()

    def _read(self, chunks: int) -> None:
        for _ in range(chunks):
            if not self.is_open:
                return
            try:
                data = self._socket.recv(_CHUNK)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                return self._end(error)
            if not data:
                return self._end(None)
            try:
                for line in self._buffer.feed(data):
                    if self.is_open:
                        self._on_line(line)
            except ProtocolError as error:
                return self._end(error)

    def _write(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            return self._end(error)
        del self._unsent[:sent]
        if self._unsent:
            self._sent.clear()
            self._loop.add_writer(self._socket, self._write)
        else:
            self._sent.set()
            self._loop.remove_writer(self._socket)

    def _end(self, error: Exception | None) -> None:
        if self.is_open:
            self.close()
            self._on_end(error)
