"""
Runs scenarios many times each against the WebSocket server behind the given host and port. Prints a JSON line for each
scenario: what its trials have seen, and how often.

    websocket_client.py HOST PORT SERVER_PORT RUN TRIALS [SCENARIO ...]

HOST may end with a path prefix. SERVER_PORT is the server's own: it is asked there what it has seen.
"""

import asyncio
import json
import random
import resource
import socket
import struct
import sys
import time
from collections import Counter
from urllib.parse import quote

from websocket_ending import ending
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

HOST, PORT, SERVER_PORT, RUN, TRIALS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
MIB = 1024 * 1024
SILENCE = 0.1


def to(path: str, **options) -> connect:
    return connect(f"ws://{HOST}{path}", host="127.0.0.1", port=PORT, max_size=4 * MIB, **options)


def aside(path: str) -> connect:
    return connect(f"ws://127.0.0.1:{SERVER_PORT}{path}")


async def at_the_server(name: str) -> list:
    async with aside("/witness") as ws:
        await ws.send(json.dumps(name))
        return json.loads(await ws.recv())


def closes(trial: int) -> list[tuple[int, str]]:
    return [(1000, f"done {trial}"), (1001, "going away"), (1011, "it broke: ü"), (4000 + trial % 1000, "x" * (trial % 124))]


def as_sent(sent, seen):
    """One word when all is well, so that trials of different content can be counted together."""
    return "as sent" if sent == seen else {"sent": repr(sent)[:200], "seen": repr(seen)[:200]}


async def echo(trial: int):
    messages = ["text", b"\x00\xff", "", "ü" * 100, random.Random(trial).randbytes(trial % 70_000)]
    async with to("/echo") as ws:
        echoes = []
        for message in messages:
            await ws.send(message)
            echoes.append(await ws.recv())
    return [as_sent(messages, echoes), ws.close_code]


async def fragments(trial: int):
    generator = random.Random(trial)
    sent = [generator.randbytes(generator.choice((0, 1, 125, 126, 5_000, 70_000))) for _ in range(generator.randint(2, 9))]
    if trial % 2:
        sent = [fragment.hex() for fragment in sent]
    async with to("/echo_fragments") as ws:

        async def with_pings():
            for fragment in sent:
                yield fragment
                await ws.ping()

        await ws.send(with_pings())
        seen = [fragment async for fragment in ws.recv_streaming()]
    # The library ends a message of fragments with an empty one, and passes on what it gets: so there is one for each way.
    return as_sent([*sent, sent[0][:0], sent[0][:0]], seen)


async def two_mebibytes(trial: int):
    message = random.Random(trial).randbytes(2 * MIB)
    # Random bytes do not get smaller, only slower.
    async with to("/echo", compression=None) as ws:
        await ws.send(message)
        return as_sent(message, await ws.recv())


async def pings(trial: int):
    payload = random.Random(trial).randbytes(trial % 126)
    async with to("/ping") as ws:
        await (await ws.ping(payload))
        await ws.send(payload)
        return await ws.recv()


async def handshake(trial: int):
    options = {"subprotocols": ["superchat", "chat"], "origin": "https://shop.example"}
    async with to("/handshake?a=%2F", additional_headers={"Cookie": "a=1; b=2"}, **options) as ws:
        return [ws.subprotocol, json.loads(await ws.recv())]


async def refusal(trial: int):
    try:
        await to("/refuse")
    except InvalidStatus as error:
        response = error.response
        return [response.status_code, response.headers["www-authenticate"], response.body.decode()]


async def closes_of_the_server(trial: int):
    """Both sides' view of every close."""
    seen = []
    for code, reason in closes(trial):
        name = f"{RUN}.close.{trial}.{code}"
        async with to(f"/close?id={name}&code={code}&reason={quote(reason)}") as ws:
            seen.append([await ending(ws), await at_the_server(name)])
    return as_sent([[[code, reason, None]] * 2 for code, reason in closes(trial)], seen)


async def closes_of_the_client(trial: int):
    seen = []
    for code, reason in closes(trial):
        name = f"{RUN}.remember.{trial}.{code}"
        async with to(f"/remember?id={name}") as ws:
            await ws.close(code, reason)
        seen.append([await ending(ws), await at_the_server(name)])
    return as_sent([[[code, reason, None]] * 2 for code, reason in closes(trial)], seen)


async def end_of_the_server(trial: int):
    async with to("/abort") as ws:
        return [await ws.recv(), await ending(ws)]


async def end_of_the_client(trial: int):
    name = f"{RUN}.end.{trial}"
    async with to(f"/remember?id={name}") as ws:
        await ws.recv()
        ws.transport.abort()
    return await at_the_server(name)


async def reset_of_the_server(trial: int):
    async with to("/reset") as ws:
        await ws.send("now")
        return await ending(ws)


async def reset_of_the_client(trial: int):
    name = f"{RUN}.reset.{trial}"
    async with to(f"/remember?id={name}") as ws:
        await ws.recv()
        reset_on_close = struct.pack("ii", 1, 0)
        ws.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset_on_close)
        ws.transport.abort()
    return await at_the_server(name)


async def silence_of_the_server(trial: int):
    name = f"{RUN}.fall_silent.{trial}"
    async with to(f"/fall_silent?id={name}", close_timeout=SILENCE) as ws:
        await ws.recv()
        try:
            await asyncio.wait_for(await ws.ping(), SILENCE)
        except asyncio.TimeoutError:
            await ws.close(1011, "no pong")
    await aside(f"/wake?id={name}")
    return [await ending(ws), closed_for_the_silent(await at_the_server(name))]


async def silence_of_the_client(trial: int):
    name = f"{RUN}.silence.{trial}"
    async with to(f"/give_up_on_silence?id={name}") as ws:
        ws.transport.pause_reading()
        await ws.send("silent from here on")
        server = await at_the_server(name)
        ws.transport.resume_reading()
        return [closed_for_the_silent(await ending(ws)), server]


def closed_for_the_silent(seen: list) -> list:
    """Without the error of its own late answers: whether they break on the way is known one hop later."""
    return seen[:2]


async def first_bytes(trial: int):
    """The server's first message comes in one packet with its 101; the client's goes out before it has read that."""
    async with to("/greet") as ws:
        await ws.send(f"first of the client, {trial}")
        return as_sent(["first of the server", f"first of the client, {trial}"], [await ws.recv(), await ws.recv()])


async def early_bytes(trial: int):
    """A client that does not wait: its first message is in one packet with its request."""
    path, _, prefix = HOST.partition("/")
    client = ClientProtocol(parse_uri(f"ws://{path}{prefix and '/' + prefix}/greet"), max_size=None)
    client.send_request(client.connect())
    message = Frame(Opcode.TEXT, f"early, {trial}".encode())
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    try:
        writer.write(b"".join(client.data_to_send()) + message.serialize(mask=True))
        messages = []
        while len(messages) < 2 and (data := await reader.read(65536)):
            client.receive_data(data)
            texts = (event for event in client.events_received() if getattr(event, "opcode", None) is Opcode.TEXT)
            messages += [text.data.decode() for text in texts]
        return as_sent(["first of the server", f"early, {trial}"], messages)
    finally:
        writer.close()


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        echo, fragments, two_mebibytes, pings, handshake, refusal, closes_of_the_server, closes_of_the_client,
        end_of_the_server, end_of_the_client, reset_of_the_server, reset_of_the_client, silence_of_the_server,
        silence_of_the_client, first_bytes, early_bytes,
    )
}


async def run(scenario, at_once: asyncio.Semaphore, trial: int) -> str:
    async with at_once:
        try:
            return json.dumps(await asyncio.wait_for(scenario(trial), 20))
        except Exception as error:  # noqa: BLE001
            return json.dumps(repr(error))


async def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for name in sys.argv[6:] or SCENARIOS:
        began = time.monotonic()
        at_once = asyncio.Semaphore(25)
        seen = Counter(await asyncio.gather(*(run(SCENARIOS[name], at_once, trial) for trial in range(TRIALS))))
        outcomes = [{"outcome": json.loads(outcome), "count": count} for outcome, count in seen.most_common()]
        print(json.dumps({"scenario": name, "seconds": time.monotonic() - began, "outcomes": outcomes}), flush=True)


asyncio.run(main())
