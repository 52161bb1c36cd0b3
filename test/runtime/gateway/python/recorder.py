"""An ASGI app that prints what happens in it, one word a line."""

import asyncio


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await receive()
    print("began", flush=True)
    work = asyncio.create_task(stream(send) if scope["path"] == "/stream" else asyncio.sleep(60))
    while (await receive())["type"] != "http.disconnect":
        pass
    work.cancel()
    print("disconnected", flush=True)


async def stream(send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    await send({"type": "http.response.body", "body": b"data: 0\n\n", "more_body": True})
    await asyncio.sleep(60)
