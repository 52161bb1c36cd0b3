"""Runs scenarios against the WebSocket server behind the given host and port and prints what each has seen, as JSON."""

import asyncio
import hashlib
import json
import sys
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

HOST, PORT, RUN = sys.argv[1], int(sys.argv[2]), sys.argv[3]
CLOSES = [(1000, "done"), (1001, "going away"), (1011, "it broke"), (4000, "my own"), (1000, "")]


def to(path: str, **options) -> connect:
    return connect(f"ws://{HOST}{path}", host="127.0.0.1", port=PORT, max_size=4 * 1024 * 1024, **options)


async def echo() -> list:
    async with to("/echo") as ws:
        for message in ("text", b"\x00\xff", "", "ü" * 100):
            await ws.send(message)
            assert await ws.recv() == message
    return [ws.close_code]


async def fragments_up() -> list:
    async with to("/count_fragments") as ws:
        await ws.send(["a", "b", "", "c"])
        return json.loads(await ws.recv())


async def fragments_down() -> list:
    async with to("/send_fragments") as ws:
        return [fragment async for fragment in ws.recv_streaming()]


async def two_mebibytes() -> list:
    message = bytes(range(256)) * 8192
    async with to("/echo") as ws:
        await ws.send(message)
        answer = await ws.recv()
    return [len(answer), hashlib.sha256(answer).digest() == hashlib.sha256(message).digest()]


async def pings() -> list:
    async with to("/ping") as ws:
        await (await ws.ping(b"hello"))
        return [await ws.recv()]


async def handshake() -> list:
    options = {"subprotocols": ["superchat", "chat"], "origin": "https://shop.example"}
    async with to("/handshake?a=%2F", additional_headers={"Cookie": "a=1; b=2"}, **options) as ws:
        return [ws.subprotocol, json.loads(await ws.recv())]


async def refused() -> list:
    try:
        await to("/refuse")
    except InvalidStatus as error:
        response = error.response
        return [response.status_code, response.headers["www-authenticate"], response.body.decode()]
    return []


async def until_closed(ws: ClientConnection) -> list:
    try:
        await ws.recv()
    except ConnectionClosed:
        return [ws.close_code, ws.close_reason]
    return []


async def closes_of_the_server() -> list:
    seen = []
    for code, reason in CLOSES:
        async with to(f"/close?code={code}&reason={quote(reason) or '+'}") as ws:
            seen.append(await until_closed(ws))
    return seen


async def closes_of_the_client() -> list:
    seen = []
    for index, (code, reason) in enumerate(CLOSES):
        name = f"{RUN}-{index}"
        async with to(f"/remember_close?id={name}") as ws:
            await ws.close(code, reason)
        async with to(f"/tell_close?id={name}") as ws:
            seen.append(json.loads(await ws.recv()))
    return seen


async def break_of_the_server() -> list:
    async with to("/abort") as ws:
        return await until_closed(ws)


async def break_of_the_client() -> list:
    async with to(f"/remember_close?id={RUN}-broken") as ws:
        ws.transport.abort()
    async with to(f"/tell_close?id={RUN}-broken") as ws:
        return json.loads(await ws.recv())


async def greeted_right_behind_the_answer() -> list:
    seen = set()
    for _ in range(200):
        async with to("/greet") as ws:
            seen.add(await ws.recv())
    return [*seen]


async def hundred_at_once() -> list:
    async def one(number: int) -> bool:
        async with to("/echo") as ws:
            await barrier.wait()
            for turn in range(5):
                await ws.send(f"{number}.{turn}")
                if await ws.recv() != f"{number}.{turn}":
                    return False
        return ws.close_code == 1000

    barrier = asyncio.Barrier(100)
    return [sum(await asyncio.gather(*(one(number) for number in range(100))))]


SCENARIOS = (
    echo, fragments_up, fragments_down, two_mebibytes, pings, handshake, refused, closes_of_the_server,
    closes_of_the_client, break_of_the_server, break_of_the_client, greeted_right_behind_the_answer, hundred_at_once,
)


async def main() -> None:
    seen = {}
    for scenario in SCENARIOS:
        try:
            async with asyncio.timeout(20):
                seen[scenario.__name__] = await scenario()
        except Exception as error:  # noqa: BLE001
            seen[scenario.__name__] = [repr(error)]
    print(json.dumps(seen))


asyncio.run(main())
