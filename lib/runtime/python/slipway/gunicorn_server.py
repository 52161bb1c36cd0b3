"""gunicorn's gthread worker, set up to stand behind the gateway.

The worker runs without gunicorn's arbiter, which forks workers, ends those that seem stuck and starts them again. Here
one process serves: it ends when its app cannot go on, which ECS sees and answers with a new task.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import gunicorn
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from slipway.listener import BACKLOG, HOST, KEEP_ALIVE_SECONDS, MAX_HEADER_BYTES, cannot_open
from slipway.logs import log_plainly
from slipway.wsgi_forwarded import Forwarded

if gunicorn.version_info < (26,):
    raise ImportError(f"gunicorn {gunicorn.__version__} is older than 26")

# Longer than any request may take; who stops the task decides how long it has.
_GRACE_SECONDS = 24 * 3600


def run(app: Callable[..., Any], listener: socket.socket, *, threads: int, title: str) -> None:
    """Serve until SIGTERM or SIGINT, and then finish the requests in flight."""
    config = _config(threads)
    log = Logger(config)
    log_plainly()
    port = listener.getsockname()[1]
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        raise cannot_open(port, error) from error
    worker = _Worker(0, os.getppid(), [listener], _Loaded(Forwarded(app)), config.timeout, config, log)
    print(f"slipway: {title} on http://{HOST}:{port}")
    worker.init_process()


def _config(threads: int) -> Config:
    config = Config()
    for name, value in {
        # Only the gateway connects, and only what it sets itself is believed. gunicorn would also take SCRIPT_NAME and
        # PATH_INFO from headers of these names.
        "forwarded_allow_ips": HOST,
        "forwarder_headers": "",
        "secure_scheme_headers": {"X-FORWARDED-PROTO": "https"},
        "graceful_timeout": _GRACE_SECONDS,
        "keepalive": KEEP_ALIVE_SECONDS,
        # No limit of its own below what the gateway lets through; 0 lifts the one of the request line.
        "limit_request_field_size": MAX_HEADER_BYTES,
        "limit_request_fields": 2000,
        "limit_request_line": 0,
        "loglevel": "warning",
        "threads": threads,
        # Idle ones count too.
        "worker_connections": threads + BACKLOG,
        "workers": 1,
    }.items():
        config.set(name, value)
    return config


class _Loaded:
    """Where the worker gets the app from."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    def wsgi(self) -> Callable[..., Any]:
        return self._app


class _Worker(ThreadWorker):  # type: ignore[misc]
    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGINT, self.handle_exit)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGINT and not self.alive:
            # The second Ctrl-C: threads cannot be interrupted.
            os._exit(130)
        super().handle_exit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if req is not None:
            # It is logged, and a query may hold a secret.
            req.uri = req.path
        super().handle_error(req, client, addr, exc)

    def is_parent_alive(self) -> bool:
        # Who started this process is no arbiter.
        return True

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            # Else the kernel would go on taking connections that nobody answers.
            for listener in self.sockets:
                listener.close()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        # While it stops, the worker would wait for an event as long as the whole grace.
        super().wait_for_and_dispatch_events(min(timeout, 1.0))

    def murder_keepalived(self) -> None:
        if not self.alive:
            for idle in (*self.keepalived_conns, *self.pending_conns):
                idle.timeout = 0
        super().murder_keepalived()
