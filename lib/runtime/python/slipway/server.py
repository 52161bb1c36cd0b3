"""uvicorn, set up to stand behind the gateway."""

from __future__ import annotations

import errno
import socket

import uvicorn

from slipway.asgi import AsgiApp
from slipway.failed_requests import FailedRequests
from slipway.forwarded_prefix import ForwardedPrefix
from slipway.listener import HOST, cannot_open
from slipway.logs import log_plainly

# The gateway lets an idle connection go after 1 s; the app must never be the first to close one.
_KEEP_ALIVE_SECONDS = 60
# The gateway accepts 64 KiB of headers and adds its own.
_MAX_HEADER_BYTES = 128 * 1024


def run(app: AsgiApp, listener: socket.socket, *, title: str) -> None:
    """Serve until SIGTERM or SIGINT, and then finish the requests in flight."""
    log_plainly()
    config = uvicorn.Config(
        ForwardedPrefix(FailedRequests(app)),
        access_log=False,
        forwarded_allow_ips=HOST,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    port = listener.getsockname()[1]
    try:
        _Server(config, ready_line=f"slipway: {title} on http://{HOST}:{port}").run(sockets=[listener])
    except OSError as error:
        # Two sockets may bind one port; the second to listen on it gets the error.
        if error.errno != errno.EADDRINUSE:
            raise
        raise cannot_open(port, error) from error


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, ready_line: str) -> None:
        super().__init__(config)
        self._ready_line = ready_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        print(self._ready_line)
