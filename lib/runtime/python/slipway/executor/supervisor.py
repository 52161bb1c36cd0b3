"""The process that talks to the gateway, and starts and ends those that run the user's code."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from slipway.call_context import CallKey
from slipway.errors import StartError
from slipway.executor.call_run import CallRun
from slipway.executor.console import STDOUT, Console
from slipway.executor.gateway_link import RETRY_SECONDS, Session, connect
from slipway.executor.protocol import PROTOCOL, Cancel, Drain, Ping, ProtocolError, encode, read_control, read_data
from slipway.executor.workers import Workers
from slipway.handler import Handler

# What the last lines have to be taken, by the gateway and by whoever reads the output.
_FLUSH_SECONDS = 2
# What the gateway has to come and hear that the code could not be loaded.
_FAILED_SECONDS = 10
# Cancels that came before their calls: they are on the other connection.
_MOST_EARLY_CANCELS = 1000


def serve_calls(handler: Handler, max_inputs: int) -> None:
    """Run calls until the gateway or a signal ends that. Raises StartError where the user's code cannot be loaded."""
    path = os.environ.get("SLIPWAY_EXECUTOR_SOCKET")
    if not path:
        raise StartError(
            "SLIPWAY_EXECUTOR_SOCKET is not set. Calls come from the gateway, over the socket that it names; "
            "npx slipway dev runs both."
        )
    asyncio.run(Supervisor(handler, path, max_inputs, _grace()).run())


def _grace() -> float:
    text = os.environ.get("SLIPWAY_GRACE_MS") or "5000"
    if not (text.isascii() and text.isdigit()):
        raise StartError(f'SLIPWAY_GRACE_MS is "{text}", which is no number of milliseconds.')
    return int(text) / 1000


class Supervisor:
    def __init__(self, handler: Handler, path: str, max_inputs: int, grace: float) -> None:
        self._handler = handler
        self._path = path
        self._max_inputs = max_inputs
        self._grace = grace
        self._session: Session | None = None
        self._is_loaded = False
        self._load_failure: str | None = None
        self._is_draining = False
        self._is_stopping = False
        self._early_cancels: dict[CallKey, str] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._finished = loop.create_future()
        self._lost = asyncio.Event()
        self._child_ended = asyncio.Event()
        self._console = Console()
        self._workers = Workers(
            str(self._handler),
            os.path.dirname(os.path.abspath(self._path)),
            self._grace,
            self._max_inputs,
            self._console,
            on_ready=self._ready,
            on_failed=self._failed,
            on_idle=self._idle,
        )
        loop.add_signal_handler(signal.SIGCHLD, self._look)
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, self._terminate)
        link = asyncio.create_task(self._keep_connected())
        try:
            await self._finished
        finally:
            link.cancel()
            await self._close()
        if self._load_failure:
            raise StartError(self._load_failure)

    async def _keep_connected(self) -> None:
        while True:
            control, data = await connect(self._path)
            self._lost.clear()
            self._early_cancels.clear()
            self._session = Session(
                control, data, on_control=self._hear_control, on_data=self._hear_data, on_end=self._lose
            )
            self._introduce()
            await self._lost.wait()
            if self._is_stopping:
                return
            await asyncio.sleep(RETRY_SECONDS)

    def _introduce(self) -> None:
        if self._session is None:
            return
        if self._load_failure:
            self._session.send_control(encode({"op": "failed", "message": self._load_failure}))
            self._finish()
        elif self._is_loaded:
            self._session.send_control(encode({"op": "ready", "protocol": PROTOCOL}))

    def _lose(self, session: Session, error: Exception | None) -> None:
        self._session = None
        self._lost.set()
        if error:
            self._console.say(f"the connection to the gateway is closed: {error}")
        # Nobody can hear their results.
        for run in self._workers.runs():
            self._workers.cancel(run.key, "shutdown")
        self._idle()

    def _hear_control(self, session: Session, line: bytes) -> None:
        order = read_control(line)
        if isinstance(order, Ping):
            session.send_control(encode({"op": "pong", "n": order.n}))
        elif isinstance(order, Drain):
            self._drain()
        elif isinstance(order, Cancel) and not self._workers.cancel(order.key, order.reason):
            # Of a call that has ended, or that is still on its way.
            self._early_cancels[order.key] = order.reason
            if len(self._early_cancels) > _MOST_EARLY_CANCELS:
                del self._early_cancels[next(iter(self._early_cancels))]

    def _hear_data(self, session: Session, line: bytes) -> None:
        order = read_data(line)
        if any(run.key == order.key for run in self._workers.runs()):
            raise ProtocolError(f"call {order.key[0]}, attempt {order.key[1]}, is running already")
        self._workers.run(CallRun(order, session))
        reason = self._early_cancels.pop(order.key, None)
        if reason:
            self._workers.cancel(order.key, reason)

    def _ready(self) -> None:
        self._is_loaded = True
        at_once = "1 call" if self._max_inputs == 1 else f"{self._max_inputs} calls"
        self._console.write(STDOUT, f"slipway: {self._handler} runs calls, {at_once} at a time\n".encode())
        self._introduce()

    def _failed(self, message: str) -> None:
        self._load_failure = message
        self._introduce()
        asyncio.get_running_loop().call_later(_FAILED_SECONDS, self._finish)

    def _look(self) -> None:
        self._workers.look()
        self._child_ended.set()

    def _terminate(self) -> None:
        if self._is_stopping:
            for run in self._workers.runs():
                self._workers.cancel(run.key, "shutdown")
        self._is_stopping = True
        self._drain()

    def _drain(self) -> None:
        if self._session:
            # A call that was sent before may be on its way on the other connection.
            self._session.read_data_now()
        self._is_draining = True
        self._workers.drain()
        self._idle()

    def _idle(self) -> None:
        if self._is_draining and self._workers.is_idle:
            self._finish()

    def _finish(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)

    async def _close(self) -> None:
        # The gateway may go meanwhile, and the session with it.
        session = self._session
        if session:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(session.flush(), _FLUSH_SECONDS)
            session.close()
        self._workers.close()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._children_gone(), self._grace)
        self._workers.kill()
        self._console.close(_FLUSH_SECONDS)

    async def _children_gone(self) -> None:
        while self._workers.count:
            self._child_ended.clear()
            await self._child_ended.wait()
