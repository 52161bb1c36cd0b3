"""A WebSocket server whose paths are small behaviours. Prints its port."""

import asyncio
import http
import json
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve

closes: dict[str, list] = {}


async def echo(ws: ServerConnection, _: dict) -> None:
    async for message in ws:
        await ws.send(message)


async def count_fragments(ws: ServerConnection, _: dict) -> None:
    fragments = [fragment async for fragment in ws.recv_streaming()]
    await ws.send(json.dumps(fragments))


async def send_fragments(ws: ServerConnection, _: dict) -> None:
    await ws.send(["one", "two", "three"])


async def ping(ws: ServerConnection, _: dict) -> None:
    await (await ws.ping(b"are you there"))
    await ws.send("ponged")
    await ws.wait_closed()


async def handshake(ws: ServerConnection, _: dict) -> None:
    headers = ws.request.headers
    await ws.send(json.dumps([ws.request.path, ws.subprotocol, headers.get("origin"), headers.get_all("cookie")]))


async def close(ws: ServerConnection, query: dict) -> None:
    await ws.close(int(query["code"]), query["reason"])


async def abort(ws: ServerConnection, _: dict) -> None:
    ws.transport.abort()


async def greet(ws: ServerConnection, _: dict) -> None:
    await ws.send("first")


async def remember_close(ws: ServerConnection, query: dict) -> None:
    await ws.wait_closed()
    closes[query["id"]] = [ws.close_code, ws.close_reason]


async def tell_close(ws: ServerConnection, query: dict) -> None:
    while query["id"] not in closes:
        await asyncio.sleep(0.005)
    await ws.send(json.dumps(closes[query["id"]]))


BEHAVIOURS = {
    f"/{behaviour.__name__}": behaviour
    for behaviour in (
        echo, count_fragments, send_fragments, ping, handshake, close, abort, greet, remember_close, tell_close
    )
}


async def serve_path(ws: ServerConnection) -> None:
    url = urlsplit(ws.request.path)
    await BEHAVIOURS[url.path](ws, {name: values[0] for name, values in parse_qs(url.query).items()})


def refuse(ws: ServerConnection, request):
    if request.path == "/refuse":
        response = ws.respond(http.HTTPStatus.UNAUTHORIZED, "who are you?\n")
        response.headers["WWW-Authenticate"] = "Basic"
        return response
    return None


def choose(_: ServerConnection, offered: list) -> str | None:
    return "superchat" if "superchat" in offered else None


async def main() -> None:
    options = {"select_subprotocol": choose, "process_request": refuse, "max_size": 4 * 1024 * 1024}
    async with serve(serve_path, "127.0.0.1", 0, **options) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
