"""A FastAPI app as a team has it already: routes, an upload, server-sent events, a WebSocket. Its /docs work too."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator

from fastapi import FastAPI, Response, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

app = FastAPI(title="web-kinds")


class Order(BaseModel):
    item: str
    quantity: int = 1


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


@app.get("/items/{item}")
def read_item(item: str, detail: bool = False) -> dict:
    return {"item": item, "detail": detail}


@app.post("/orders", status_code=201)
def create_order(order: Order, response: Response) -> dict:
    response.headers["location"] = f"/orders/{order.item}"
    return {"ordered": order.model_dump()}


@app.post("/uploads")
async def upload(file: UploadFile) -> dict:
    digest, size = hashlib.sha256(), 0
    while chunk := await file.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    return {"name": file.filename, "bytes": size, "sha256": digest.hexdigest()}


@app.get("/events")
async def events(count: int = 5, seconds: float = 1) -> StreamingResponse:
    """Events on the app's own clock; each holds the time at which it was sent."""

    async def tick() -> AsyncIterator[str]:
        for number in range(count):
            if number:
                await asyncio.sleep(seconds)
            yield f"id: {number}\ndata: {time.time()}\n\n"

    return StreamingResponse(tick(), media_type="text/event-stream", headers={"cache-control": "no-store"})


@app.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        pass
