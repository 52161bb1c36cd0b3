"""Requests and WebSockets whose handler raised."""

from __future__ import annotations

from contextlib import suppress

from slipway.asgi import AsgiApp, Message, Receive, Scope, Send
from slipway.logs import logger

# RFC 6455, section 7.4.1: the server met what it did not expect.
_INTERNAL_ERROR = 1011


class FailedRequests:
    """Logs what a request or a WebSocket raised, and ends it as a client expects it.

    A framework answers a failed request with 500 and raises again. uvicorn would then close the connection without
    having announced it, and the gateway might just have sent the next request on it: a complete response keeps it open.
    A WebSocket that uvicorn would drop is closed with 1011.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        complete = False
        open_socket = False

        async def watched_send(message: Message) -> None:
            nonlocal complete, open_socket
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            open_socket = message["type"] in ("websocket.accept", "websocket.send")

        try:
            await self._app(scope, receive, watched_send)
        except Exception:
            if complete:
                logger.exception("%s %s failed", scope["method"], scope["path"])
            elif open_socket:
                logger.exception("WebSocket %s failed", scope["path"])
                # The client may have left by now.
                with suppress(Exception):
                    await send({"type": "websocket.close", "code": _INTERNAL_ERROR})
            else:
                raise
