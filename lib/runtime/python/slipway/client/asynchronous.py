"""Takes an operation's steps on an event loop: HTTP/1.1 over asyncio's streams, because hundreds of calls may be waited for at
once, which would be as many threads."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

from slipway.client.settings import Origin
from slipway.client.steps import ConnectionFailed, Request, Response, Result, Steps

_CONNECT_SECONDS = 10
_MAX_HEAD = 128 * 1024
# Kept for the next request, of each origin.
_MOST_IDLE = 8
# Connections being made at once.
_MOST_CONNECTING = 64

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def take(steps: Steps[Result]) -> Result:
    """Take all steps, and return what they come to."""
    answer: Any = None
    error: ConnectionFailed | None = None
    try:
        while True:
            try:
                step = steps.throw(error) if error else steps.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            answer, error = None, None
            if isinstance(step, Request):
                try:
                    answer = await _of_this_loop().send(step)
                except ConnectionFailed as failed:
                    error = failed
            else:
                await asyncio.sleep(step.seconds)
    finally:
        steps.close()


class _Connections:
    def __init__(self) -> None:
        self._idle: defaultdict[Origin, list[_Connection]] = defaultdict(list)
        self._connecting = asyncio.Semaphore(_MOST_CONNECTING)
        self._tls: ssl.SSLContext | None = None

    async def send(self, request: Request) -> Response:
        idle = self._idle[request.origin]
        if idle:
            try:
                return await self._exchange(idle.pop(), request)
            except ConnectionFailed:
                # The server may have closed it meanwhile: the rest are no better.
                for _, writer in self._idle.pop(request.origin, []):
                    writer.close()
        return await self._exchange(await self._connect(request.origin), request)

    async def _connect(self, origin: Origin) -> _Connection:
        if origin.is_tls:
            self._tls = self._tls or ssl.create_default_context()
        context = self._tls if origin.is_tls else None
        async with self._connecting:
            opening = asyncio.open_connection(origin.address, origin.port, ssl=context, limit=_MAX_HEAD)
            try:
                return await asyncio.wait_for(opening, _CONNECT_SECONDS)
            except (OSError, asyncio.TimeoutError) as error:
                raise ConnectionFailed(str(error) or "it took too long to connect") from error

    async def _exchange(self, connection: _Connection, request: Request) -> Response:
        reader, writer = connection
        is_kept = False
        try:
            response, is_kept = await asyncio.wait_for(_exchange(reader, writer, request), request.patience)
        except asyncio.TimeoutError as error:
            raise ConnectionFailed(f"no answer within {request.patience:g} s") from error
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
            raise ConnectionFailed(str(error) or type(error).__name__) from error
        finally:
            idle = self._idle[request.origin]
            if is_kept and len(idle) < _MOST_IDLE:
                idle.append(connection)
            else:
                writer.close()
        return response


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> tuple[Response, bool]:
    headers = {"host": request.origin.authority, "accept-encoding": "identity", **request.headers}
    if request.method == "POST":
        headers["content-length"] = str(request.size)
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode("latin-1"))
    for piece in request.body:
        writer.write(piece)
        await writer.drain()
    await writer.drain()
    status, answered = await _head(reader)
    while 100 <= status < 200:
        status, answered = await _head(reader)
    is_kept = answered.get("connection", "").lower() != "close"
    if "chunked" in answered.get("transfer-encoding", "").lower():
        body = await _chunks(reader)
    elif "content-length" in answered:
        body = await reader.readexactly(int(answered["content-length"]))
    elif status in (204, 304):
        body = b""
    else:
        body, is_kept = await reader.read(), False
    return Response(status, answered, body), is_kept


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    version, status, *_ = first.split(" ", 2)
    if not version.startswith("HTTP/1."):
        raise ValueError("the answer is no HTTP/1.1")
    fields = (line.partition(":") for line in lines)
    return int(status), {name.strip().lower(): value.strip() for name, _, value in fields}


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while (await reader.readuntil(b"\r\n")) != b"\r\n":
        pass
    return b"".join(pieces)


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections] = WeakKeyDictionary()


def _of_this_loop() -> _Connections:
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = _Connections()
    return _by_loop[loop]
