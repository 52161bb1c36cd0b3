"""A place for a child, and the calls that are given to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from slipway.call_context import CallKey
from slipway.executor.call_run import CallRun
from slipway.executor.child_process import ChildProcess
from slipway.executor.console import STDERR, STDOUT, Console
from slipway.executor.protocol import ProtocolError, decode, encode, key_of, report

_DESCRIPTORS = {"stdout": STDOUT, "stderr": STDERR}
_OUTCOMES = ("done", "error", "cancelled", "died")


class Worker:
    """Has one child in its life. Calls may be given to it while the child still loads; they are run when it has."""

    def __init__(
        self,
        handler: str,
        folder: str,
        grace: float,
        console: Console,
        *,
        pause: float,
        on_loaded: Callable[[bool], None],
        on_room: Callable[[], None],
        on_ended: Callable[[], None],
    ) -> None:
        self._handler = handler
        self._folder = folder
        self._grace = grace
        self._console = console
        self._on_loaded = on_loaded
        self._on_room = on_room
        self._on_ended = on_ended
        self._child: ChildProcess | None = None
        self._forced: CallRun | None = None
        self.runs: dict[CallKey, CallRun] = {}
        self.is_async = False
        self.is_loaded = False
        # Why the code could not be loaded.
        self.load_failure: str | None = None
        # Whether a call has begun here.
        self.is_used = False
        self._starting = asyncio.get_running_loop().call_later(pause, self._start)

    def run(self, run: CallRun) -> None:
        self.runs[run.key] = run
        if self.is_loaded:
            self._begin(run)

    def cancel(self, run: CallRun, reason: str) -> None:
        """Tell the call to end; one that has not begun is never begun."""
        if not self.is_loaded:
            del self.runs[run.key]
            run.tell(report("cancelled", run.key))
            self._on_room()
        elif run.cancel_reason is None:
            run.cancel_reason = reason
            self._send(encode({"op": "cancel", "call": run.key[0], "attempt": run.key[1], "reason": reason}))
            if not self.is_async and self._child:
                self._child.interrupt()
            run.give_grace(self._grace, lambda: self._force(run))

    def ended(self) -> str | None:
        """How the child ended, if it has. The calls that it ran have been told."""
        description = self._child.ended() if self._child else self.load_failure
        if description is None:
            return None
        if not self.is_loaded:
            self.load_failure = self.load_failure or f"{self._handler} could not be loaded: {description}"
            description = f"the code could not be loaded again. {self.load_failure}"
        elif self._forced:
            description = (
                f"the process was ended because another call in it, {self._forced.key[0]}, "
                f"did not end within {self._grace:g} s of its cancellation"
            )
        for run in list(self.runs.values()):
            cancelled = run.cancel_reason is not None
            self._finish(run, report("cancelled", run.key) if cancelled else report("died", run.key, message=description))
        return description

    def close(self) -> None:
        self._starting.cancel()
        if self._child:
            self._child.close()

    def kill(self) -> None:
        if self._child:
            self._child.kill()

    @property
    def has_child(self) -> bool:
        return self._child is not None

    def _start(self) -> None:
        try:
            self._child = ChildProcess(
                self._handler,
                self._folder,
                self._console,
                on_line=self._read,
                on_output=self._print,
                on_log=self._log,
            )
        except OSError as error:
            self.load_failure = f"{self._handler} has no process: {error}"
            self._on_ended()

    def _begin(self, run: CallRun) -> None:
        self.is_used = True
        self._send(run.line)

    def _send(self, line: bytes) -> None:
        if self._child:
            self._child.send(line)

    def _read(self, line: bytes) -> None:
        message = decode(line)
        op = message.get("op")
        if op == "ready":
            self.is_loaded, self.is_async = True, message["is_async"]
            if self._child:
                self._child.finish_lines()
            for run in self.runs.values():
                self._begin(run)
            self._on_loaded(self.is_async)
        elif op == "failed":
            self.load_failure = message["message"]
        else:
            self._hear(op, key_of(message), line + b"\n")

    def _hear(self, op: Any, key: CallKey, line: bytes) -> None:
        run = self.runs.get(key)
        if run is None or op not in ("started", *_OUTCOMES):
            raise ProtocolError(f"a child says {op!r} of a call that it does not run")
        if op == "started":
            run.tell(line)
            return
        if self._child:
            # What it printed comes before its end.
            self._child.finish_lines()
        self._finish(run, line)
        self._on_room()

    def _finish(self, run: CallRun, line: bytes) -> None:
        del self.runs[run.key]
        run.ended()
        run.tell(line)

    def _force(self, run: CallRun) -> None:
        self._forced = run
        self.kill()

    def _print(self, stream: str, line: bytes) -> None:
        """A line that was written without a word about whose it is: the only call's, if there is only one."""
        run = next(iter(self.runs.values())) if self.is_loaded and len(self.runs) == 1 else None
        if run is None:
            self._console.write(_DESCRIPTORS[stream], line + b"\n")
        else:
            self._tell_log(run.key, stream, line, report("log", run.key, stream=stream, line=line.decode(errors="replace")))

    def _log(self, line: bytes) -> None:
        message = decode(line)
        content = message["line"].encode(errors="backslashreplace")
        self._tell_log(key_of(message), message["stream"], content, line + b"\n")

    def _tell_log(self, key: CallKey, stream: str, content: bytes, line: bytes) -> None:
        self._console.write(_DESCRIPTORS[stream], f"[{key[0]} #{key[1]}] ".encode() + content + b"\n")
        run = self.runs.get(key)
        if run:
            run.session.send_log(key, line)
