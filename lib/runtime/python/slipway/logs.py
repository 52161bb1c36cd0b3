"""What this package and uvicorn say about requests: plain lines on stderr, and no line for a request that went well."""

from __future__ import annotations

import logging
from typing import Any

from slipway.user_code import user_traceback

logger = logging.getLogger("slipway")


class _PlainFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return user_traceback(ei[1])


def log_plainly() -> None:
    """Set up the two loggers; the user's own are theirs."""
    handler = logging.StreamHandler()
    handler.setFormatter(_PlainFormatter("%(levelname)s: %(message)s"))
    for one in (logger, logging.getLogger("uvicorn")):
        one.handlers = [handler]
        one.setLevel(logging.WARNING)
        one.propagate = False
