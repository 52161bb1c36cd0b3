"""Takes an operation's steps in this thread."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from slipway.client.settings import Origin
from slipway.client.steps import ConnectionFailed, Request, Response, Result, Steps

_CONNECT_SECONDS = 10
# Kept for the next request, of each origin.
_MOST_IDLE = 8


def take(steps: Steps[Result]) -> Result:
    """Take all steps, and return what they come to."""
    answer: Any = None
    error: ConnectionFailed | None = None
    while True:
        try:
            step = steps.throw(error) if error else steps.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        answer, error = None, None
        if isinstance(step, Request):
            try:
                answer = _connections.send(step)
            except ConnectionFailed as failed:
                error = failed
        else:
            time.sleep(step.seconds)


class _Connections:
    """Connections that are kept open between requests, whichever threads make them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: defaultdict[Origin, list[http.client.HTTPConnection]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    def send(self, request: Request) -> Response:
        with self._lock:
            idle = self._idle[request.origin]
            connection = idle.pop() if idle else None
        if connection:
            try:
                return self._exchange(connection, request)
            except ConnectionFailed:
                # The server may have closed it meanwhile: the rest are no better.
                with self._lock:
                    stale = self._idle.pop(request.origin, [])
                for each in stale:
                    each.close()
        return self._exchange(self._connect(request.origin), request)

    def _connect(self, origin: Origin) -> http.client.HTTPConnection:
        if not origin.is_tls:
            return http.client.HTTPConnection(origin.address, origin.port, timeout=_CONNECT_SECONDS)
        self._tls = self._tls or ssl.create_default_context()
        return http.client.HTTPSConnection(origin.host, origin.port, timeout=_CONNECT_SECONDS, context=self._tls)

    def _exchange(self, connection: http.client.HTTPConnection, request: Request) -> Response:
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.settimeout(request.patience)
            # A length of 0 as well: some proxies refuse a POST without one.
            headers = {"host": request.origin.authority, **request.headers}
            if request.method == "POST":
                headers["content-length"] = str(request.size)
            connection.request(request.method, request.path, _pieces(request), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ConnectionFailed(str(error) or type(error).__name__) from error
        except BaseException:
            # Of whoever waits, such as KeyboardInterrupt: an answer to come would be taken for the next one's.
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._keep(request.origin, connection)
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)

    def _keep(self, origin: Origin, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            idle = self._idle[origin]
            if len(idle) < _MOST_IDLE:
                idle.append(connection)
                return
        connection.close()

    def forget(self) -> None:
        """After a fork: a connection that two processes write to serves neither."""
        self._lock = threading.Lock()
        self._idle = defaultdict(list)


def _pieces(request: Request) -> Iterator[bytes] | None:
    return iter(request.body) if request.body else None


_connections = _Connections()
os.register_at_fork(after_in_child=_connections.forget)
