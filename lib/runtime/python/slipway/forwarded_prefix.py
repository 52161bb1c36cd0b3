"""The path prefix that the gateway stripped, given back to an ASGI app as ``root_path``."""

from __future__ import annotations

import re

from slipway.asgi import AsgiApp, Receive, Scope, Send

_HEADER = b"x-forwarded-prefix"
# The gateway sends the label of an endpoint. Anything else would end up in the page of /docs.
PREFIX = re.compile(r"/[a-z0-9-]+")


class ForwardedPrefix:
    """Sets ``root_path`` per request from ``X-Forwarded-Prefix``, and puts it back in front of ``path``."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            prefix = next((value for name, value in scope["headers"] if name == _HEADER), b"")
            text = prefix.decode("latin-1")
            if PREFIX.fullmatch(text):
                scope = {
                    **scope,
                    "root_path": text,
                    "path": text + scope["path"],
                    "raw_path": prefix + scope["raw_path"],
                }
        await self._app(scope, receive, send)
