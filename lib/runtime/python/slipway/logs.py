"""What this package and the servers say about requests: plain lines on stderr, none for a request that went well."""

from __future__ import annotations

import logging
from typing import Any

from slipway.user_code import user_traceback

logger = logging.getLogger("slipway")


class _PlainFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return user_traceback(ei[1])


def log_plainly() -> None:
    """Set up these loggers; the user's own are theirs."""
    handler = logging.StreamHandler()
    handler.setFormatter(_PlainFormatter("%(levelname)s: %(message)s"))
    for one in (logger, logging.getLogger("uvicorn"), logging.getLogger("gunicorn.error")):
        one.handlers = [handler]
        one.setLevel(logging.WARNING)
        one.propagate = False
