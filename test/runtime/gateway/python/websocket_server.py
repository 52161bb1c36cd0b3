"""A WebSocket server whose paths are small behaviours. Prints its port."""

import asyncio
import http
import json
import resource
import socket
import struct
from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

from websocket_ending import ending
from websockets.asyncio.server import ServerConnection, serve

SILENCE = 0.1

endings: dict[str, asyncio.Future] = defaultdict(asyncio.Future)
wakes: dict[str, asyncio.Event] = defaultdict(asyncio.Event)


async def echo(ws: ServerConnection, _: dict) -> None:
    async for message in ws:
        await ws.send(message)


async def echo_fragments(ws: ServerConnection, _: dict) -> None:
    """Sends every fragment back as a fragment when the message is complete, and a ping between them."""
    fragments = [fragment async for fragment in ws.recv_streaming()]

    async def with_pings():
        for fragment in fragments:
            yield fragment
            await ws.ping()

    await ws.send(with_pings())
    await ws.wait_closed()


async def ping(ws: ServerConnection, _: dict) -> None:
    payload = await ws.recv()
    await (await ws.ping(payload))
    await ws.send("ponged")
    await ws.wait_closed()


async def handshake(ws: ServerConnection, _: dict) -> None:
    headers = ws.request.headers
    await ws.send(json.dumps([ws.request.path, ws.subprotocol, headers.get("origin"), headers.get_all("cookie")]))


async def close(ws: ServerConnection, query: dict) -> None:
    await ws.close(int(query["code"]), query["reason"])
    endings[query["id"]].set_result(await ending(ws))


async def remember(ws: ServerConnection, query: dict) -> None:
    await ws.send("hello")
    endings[query["id"]].set_result(await ending(ws))


async def abort(ws: ServerConnection, _: dict) -> None:
    await ws.send("last")
    ws.transport.abort()


async def reset(ws: ServerConnection, _: dict) -> None:
    await ws.recv()
    ws.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws.transport.abort()


async def give_up_on_silence(ws: ServerConnection, query: dict) -> None:
    await ws.recv()
    try:
        await asyncio.wait_for(await ws.ping(), SILENCE)
    except asyncio.TimeoutError:
        ws.close_timeout = SILENCE
        await ws.close(1011, "no pong")
    endings[query["id"]].set_result(await ending(ws))


async def fall_silent(ws: ServerConnection, query: dict) -> None:
    ws.transport.pause_reading()
    await ws.send("silent from here on")
    await wakes[query["id"]].wait()
    ws.transport.resume_reading()
    endings[query["id"]].set_result(await ending(ws))


async def greet(ws: ServerConnection, _: dict) -> None:
    await ws.send("first of the server")
    ws.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
    await ws.send(await ws.recv())


async def witness(ws: ServerConnection, _: dict) -> None:
    """For the tests: how the named connection has ended for the server, as soon as it has."""
    async for request in ws:
        name = json.loads(request)
        await ws.send(json.dumps(await endings[name]))
        del endings[name]


async def wake(ws: ServerConnection, query: dict) -> None:
    wakes[query["id"]].set()


BEHAVIOURS = {
    f"/{behaviour.__name__}": behaviour
    for behaviour in (
        echo, echo_fragments, ping, handshake, close, remember, abort, reset, give_up_on_silence, fall_silent, greet,
        witness, wake,
    )
}


async def serve_path(ws: ServerConnection) -> None:
    url = urlsplit(ws.request.path)
    await BEHAVIOURS[url.path](ws, {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()})


def before_answer(ws: ServerConnection, request):
    if request.path == "/refuse":
        response = ws.respond(http.HTTPStatus.UNAUTHORIZED, "who are you?\n")
        response.headers["WWW-Authenticate"] = "Basic"
        return response
    if request.path == "/greet":
        # The 101 waits in the kernel, and leaves in one packet with the first message.
        ws.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    return None


def choose(_: ServerConnection, offered: list) -> str | None:
    return "superchat" if "superchat" in offered else None


async def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    options = {"select_subprotocol": choose, "process_request": before_answer, "max_size": 4 * 1024 * 1024}
    async with serve(serve_path, "127.0.0.1", 0, backlog=1024, **options) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
