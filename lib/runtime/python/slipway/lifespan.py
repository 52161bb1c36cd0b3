"""An ASGI app's startup and shutdown: https://asgi.readthedocs.io/en/latest/specs/lifespan.html."""

from __future__ import annotations

from slipway.asgi import AsgiApp, Message, Receive, Scope, Send
from slipway.logs import logger
from slipway.user_code import user_traceback


class Lifespan:
    """Remembers why the app's startup failed, and tells an app without a lifespan from one whose startup raised.

    An app that raises at the sight of the lifespan scope has none, and is served without. One that has read the startup
    event and then raises has one that failed, unless it has answered the event as if it were a request.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app
        self.startup_failure: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        read = False
        # The last that the app sent.
        answer = ""

        async def watched_receive() -> Message:
            nonlocal read
            message = await receive()
            read = True
            return message

        async def watched_send(message: Message) -> None:
            nonlocal answer
            answer = message["type"]
            if answer == "lifespan.startup.failed":
                self.startup_failure = message.get("message") or "It gave no reason."
            elif answer == "lifespan.shutdown.failed":
                logger.error("the app's shutdown failed: %s", message.get("message") or "it gave no reason")
            # Without the message, which the server would print as well: all of a framework's traceback.
            await send({"type": answer} if answer.endswith(".failed") else message)

        try:
            await self._app(scope, watched_receive, watched_send)
        except (Exception, SystemExit) as error:
            if answer == "lifespan.startup.failed":
                self.startup_failure = user_traceback(error)
            elif read and not answer:
                self.startup_failure = user_traceback(error)
                await send({"type": "lifespan.startup.failed"})
            elif answer == "lifespan.startup.complete":
                logger.exception("the app's lifespan failed after startup")
            raise
