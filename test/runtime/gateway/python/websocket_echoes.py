"""
Keeps connections to an echo open, each with one message a second, and prints what became of them as JSON lines: one every
ten seconds while all are open, and a last one.

    websocket_echoes.py HOST PORT CONNECTIONS SECONDS
"""

import asyncio
import json
import random
import resource
import sys
import time
from collections import Counter

from websockets.asyncio.client import connect

HOST, PORT, CONNECTIONS, SECONDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
REPORT_EVERY = 10
ECHO_TIMEOUT = 30


class Echoes:
    def __init__(self):
        self.open = 0
        self.echoed = 0
        self.slowest_ms = 0.0
        self.dropped = Counter()
        self.all_open = asyncio.Event()
        self.opening = asyncio.Semaphore(50)

    async def keep(self, number: int) -> None:
        try:
            async with self.opening:
                ws = await connect(f"ws://{HOST}/echo", host="127.0.0.1", port=PORT, open_timeout=60)
        except Exception as error:  # noqa: BLE001
            self.dropped[f"not opened: {error!r}"] += 1
            return
        self.open += 1
        if self.open == CONNECTIONS:
            self.all_open.set()
        try:
            async with ws:
                await self.all_open.wait()
                await self.talk(ws, random.Random(number))
            if ws.close_code != 1000:
                self.dropped[f"closed with {ws.close_code}"] += 1
        except Exception as error:  # noqa: BLE001
            self.dropped[repr(error)] += 1
        finally:
            self.open -= 1

    async def talk(self, ws, generator: random.Random) -> None:
        began = time.monotonic()
        turn = generator.random()
        while turn < SECONDS:
            await asyncio.sleep(began + turn - time.monotonic())
            size = generator.choice((1, 20, 200, 2_000, 20_000))
            message = generator.randbytes(size) if generator.random() < 0.5 else generator.randbytes(size // 2).hex()
            sent = time.monotonic()
            await ws.send(message)
            echo = await asyncio.wait_for(ws.recv(), ECHO_TIMEOUT)
            if echo != message:
                raise ValueError("another message came back")
            self.echoed += 1
            self.slowest_ms = max(self.slowest_ms, (time.monotonic() - sent) * 1000)
            turn += 1

    def report(self, **more) -> None:
        state = {"open": self.open, "echoed": self.echoed, "slowestMs": self.slowest_ms, "dropped": self.dropped}
        print(json.dumps({**state, **more}), flush=True)

    async def run(self) -> None:
        talks = asyncio.gather(*(self.keep(number) for number in range(CONNECTIONS)))
        while not talks.done():
            await asyncio.wait([talks], timeout=REPORT_EVERY)
            if not talks.done():
                self.report(over=False)
        self.report(over=True)


_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
asyncio.run(Echoes().run())
