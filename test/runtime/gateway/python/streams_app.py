"""An ASGI app with bodies of any size that are known byte for byte, events that say when they were sent, and work that tells
when it ended. Times are the machine's monotonic clock, which other processes read too."""

import asyncio
import hashlib
import json
import time
from collections import defaultdict
from urllib.parse import parse_qsl

MIB = 1024 * 1024
FILLER = bytes(range(256)) * (MIB // 256)


def block(number: int) -> bytes:
    """One MiB, and no two alike."""
    return number.to_bytes(8, "big") + FILLER[8:]


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    query = dict(parse_qsl(scope["query_string"].decode()))
    await ROUTES[scope["path"]](query, receive, send)


async def begin(send, headers=()):
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def write(send, body: bytes, more: bool = True):
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def answer(send, value):
    await begin(send, [(b"content-type", b"application/json")])
    await write(send, json.dumps(value).encode(), False)


async def upload(_, receive, send):
    digest, size = hashlib.sha256(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        digest.update(message["body"])
        size += len(message["body"])
        if not message["more_body"]:
            break
    await answer(send, {"bytes": size, "sha256": digest.hexdigest()})


async def download(query, _, send):
    mebibytes = int(query["mebibytes"])
    await begin(send, [(b"content-length", str(mebibytes * MIB).encode())] if "length" in query else [])
    for number in range(mebibytes):
        await write(send, block(number))
    await write(send, b"", False)


async def events(query, _, send):
    await begin(send, [(b"content-type", b"text/event-stream")])
    for number in range(int(query["count"])):
        if number > 0:
            await asyncio.sleep(float(query["every"]))
        event = {"number": number, "sentAt": time.monotonic_ns()}
        await write(send, f"data: {json.dumps(event)}\n\n".encode())
    await write(send, b"", False)


async def endless_work(_):
    await asyncio.Event().wait()


async def endless_events(send):
    await begin(send, [(b"content-type", b"text/event-stream")])
    await write(send, b"data: 0\n\n")
    await asyncio.Event().wait()


async def endless_download(send):
    await begin(send)
    while True:
        await write(send, FILLER)
        # Sending alone may never wait, and then nothing else gets its turn.
        await asyncio.sleep(0)


WORK = {work.__name__: work for work in (endless_work, endless_events, endless_download)}


class Record:
    def __init__(self):
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.end = None


records: dict[str, Record] = defaultdict(Record)


async def work(query, receive, send):
    """Works until its client has left; a body that still comes is read meanwhile."""
    record = records[query["id"]]

    async def recorded():
        end = "it ended by itself"
        try:
            await WORK[query["kind"]](send)
        except asyncio.CancelledError:
            end = "cancelled"
        finally:
            record.end = {"end": end, "at": time.monotonic_ns()}
            record.ended.set()

    working = asyncio.create_task(recorded())
    while (await receive())["type"] != "http.disconnect":
        record.began.set()
    working.cancel()


async def began(query, _, send):
    await records[query["id"]].began.wait()
    await answer(send, True)


async def ended(query, _, send):
    record = records.pop(query["id"])
    try:
        await asyncio.wait_for(record.ended.wait(), 10)
    except asyncio.TimeoutError:
        record.end = {"end": "still at work after 10 s", "at": time.monotonic_ns()}
    await answer(send, record.end)


ROUTES = {f"/{route.__name__}": route for route in (upload, download, events, work, began, ended)}
