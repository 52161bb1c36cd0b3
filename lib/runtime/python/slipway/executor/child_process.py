"""A child as the supervisor has it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile
from typing import Any

from slipway.executor.console import Console
from slipway.executor.line_socket import LineSocket
from slipway.executor.output_pipe import OutputPipe
from slipway.executor.protocol import MAX_LINE


class ChildProcess:
    """A process of its own session, so that its end ends what the user's code started in it."""

    def __init__(
        self,
        handler: str,
        folder: str,
        console: Console,
        *,
        on_line: Callable[[bytes], None],
        on_output: Callable[[str, bytes], None],
        on_log: Callable[[bytes], None],
    ) -> None:
        ours, theirs = socket.socketpair()
        log_read, log_write = os.pipe()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *_interpreter(),
                    *("-m", "slipway.executor.child", handler, str(theirs.fileno()), str(log_write), folder, str(os.getpid())),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(theirs.fileno(), log_write),
                start_new_session=True,
            )
        os.close(log_write)
        # What ends the socket while the process lives leaves a process that nobody can talk to.
        self._socket = LineSocket(ours, on_line, lambda _: self.kill())
        streams = {"stdout": self._process.stdout, "stderr": self._process.stderr}
        self._pipes = [OutputPipe(log_read, console, on_log, cut=MAX_LINE)]
        for name, file in streams.items():
            assert file is not None
            descriptor = os.dup(file.fileno())
            file.close()
            self._pipes.append(OutputPipe(descriptor, console, _named(on_output, name)))

    def send(self, line: bytes) -> None:
        self._socket.send(line)

    def interrupt(self) -> None:
        """Let the main thread look at what was sent to it."""
        self._process.send_signal(signal.SIGUSR1)

    def finish_lines(self) -> None:
        """Take all that the child has printed until now."""
        for pipe in self._pipes:
            pipe.finish_line()

    def close(self) -> None:
        """Let it end by itself: it does when it is idle."""
        self._socket.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def ended(self) -> str | None:
        """How it ended, if it has; then everything it said has been told."""
        code = self._process.poll()
        if code is None:
            return None
        self.kill()
        self._socket.read_now()
        for pipe in self._pipes:
            pipe.close()
        self._socket.close()
        return _described(code)


def _interpreter() -> list[str]:
    # As this one was started, options of the interpreter included.
    return [sys.executable, *takewhile(lambda each: each != "-m", sys.orig_argv[1:])]


def _named(on_output: Callable[[str, bytes], None], name: str) -> Callable[[bytes], Any]:
    return lambda line: on_output(name, line)


def _described(code: int) -> str:
    if code >= 0:
        return f"the process exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as when there is no memory left" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"
