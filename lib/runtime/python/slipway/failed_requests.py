"""Requests whose handler raised, after the framework has answered them."""

from __future__ import annotations

from slipway.asgi import AsgiApp, Message, Receive, Scope, Send
from slipway.logs import logger


class FailedRequests:
    """Logs what a request raised, and keeps its connection open when its response is complete.

    The framework answers 500 and raises again. uvicorn would then close the connection without having announced it, and
    the gateway might just have sent the next request on it.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        complete = False

        async def watched_send(message: Message) -> None:
            nonlocal complete
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await self._app(scope, receive, watched_send)
        except Exception:
            if not complete:
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
