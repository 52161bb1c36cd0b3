"""An ASGI app with sync and async handlers, streams and WebSockets, which counts all that is in it."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator

import counted
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse, StreamingResponse

PIECE = b"x" * 65536
web = FastAPI()


@web.get("/inside")
async def inside() -> dict:
    return {"now": counted.now, "most": counted.most}


@web.get("/work")
async def work(ms: float = 0) -> PlainTextResponse:
    if ms > 0:
        await asyncio.sleep(ms / 1000)
    return PlainTextResponse("worked")


@web.get("/sync")
def sync(ms: float = 0) -> PlainTextResponse:
    time.sleep(ms / 1000)
    return PlainTextResponse("worked")


@web.post("/echo")
async def echo(request: Request) -> PlainTextResponse:
    length, digest = 0, hashlib.sha1()
    async for chunk in request.stream():
        length += len(chunk)
        digest.update(chunk)
    return PlainTextResponse(f"{length} {digest.hexdigest()}")


@web.get("/large")
async def large(pieces: int) -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield PIECE

    return StreamingResponse(body(), headers={"content-length": str(pieces * len(PIECE))})


@web.get("/events")
async def events(n: int, ms: float) -> StreamingResponse:
    async def body() -> AsyncIterator[str]:
        for i in range(n):
            await asyncio.sleep(ms / 1000)
            yield f"id: {i + 1}\ndata: event {i + 1}\n\n"

    return StreamingResponse(body(), media_type="text/event-stream")


@web.get("/break")
async def breaks() -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise RuntimeError("broken on purpose")

    return StreamingResponse(body(), headers={"content-length": "1000"})


@web.get("/boom")
async def boom() -> PlainTextResponse:
    return PlainTextResponse("boom", 500)


@web.websocket("/ws")
async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            message = await websocket.receive_text()
            if message == "drop":
                await websocket.close(1011)
                return
            await websocket.send_text(message)
    except WebSocketDisconnect:
        pass


async def app(scope, receive, send):
    if scope["type"] == "lifespan" or scope["path"] == "/inside":
        await web(scope, receive, send)
        return
    with counted.inside():
        await web(scope, receive, send)
