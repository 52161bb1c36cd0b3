"""The last word on how many requests are in the app at once."""

from __future__ import annotations

import asyncio

from slipway.asgi import AsgiApp, Message, Receive, Scope, Send


class InputLimit:
    """At most so many requests and WebSockets in the app, each until it has answered or returned.

    The gateway lets no more through. But when a client leaves, its request's connection ends at once, and a sync function goes
    on to its end all the same: the gateway has no way to see that, so the next one waits here.
    """

    def __init__(self, app: AsgiApp, max_inputs: int) -> None:
        self._app = app
        self._places = asyncio.Semaphore(max_inputs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        places = self._places
        await places.acquire()
        is_held = True

        def release() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                places.release()

        async def watched_send(message: Message) -> None:
            await send(message)
            # What an app does after its answer, such as a background task, keeps nobody waiting.
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                release()

        try:
            await self._app(scope, receive, watched_send)
        finally:
            release()
