"""uvicorn, set up to stand behind the gateway."""

from __future__ import annotations

import errno
import logging
import socket

import uvicorn

from slipway.asgi import AsgiApp
from slipway.errors import StartError
from slipway.failed_requests import FailedRequests
from slipway.forwarded_prefix import ForwardedPrefix
from slipway.input_limit import InputLimit
from slipway.lifespan import Lifespan
from slipway.listener import BACKLOG, HOST, KEEP_ALIVE_SECONDS, MAX_HEADER_BYTES, cannot_open
from slipway.logs import log_plainly


def run(app: AsgiApp, listener: socket.socket, *, max_inputs: int, title: str) -> None:
    """Serve until SIGTERM or SIGINT, and then finish the requests in flight."""
    log_plainly()
    # It says of the lifespan only that it failed; why is told here.
    logging.getLogger("uvicorn.error").addFilter(lambda record: not record.pathname.endswith("/lifespan/on.py"))
    lifespan = Lifespan(app)
    config = uvicorn.Config(
        InputLimit(ForwardedPrefix(FailedRequests(lifespan)), max_inputs),
        access_log=False,
        backlog=BACKLOG,
        forwarded_allow_ips=HOST,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        interface="asgi3",
        lifespan="auto",
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    port = listener.getsockname()[1]
    try:
        _Server(config, ready_line=f"slipway: {title} on http://{HOST}:{port}").run(sockets=[listener])
    except SystemExit as error:
        if lifespan.startup_failure is None:
            raise
        raise StartError(f"the app's startup failed.\n{lifespan.startup_failure}") from error
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
