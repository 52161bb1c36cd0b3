"""A child's program: ``python -m slipway.executor.child``, started by the supervisor only."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from slipway.callable_shape import is_async, is_function, is_generator
from slipway.errors import StartError
from slipway.executor.child_output import leave_output, tell_calls_apart, watch_output
from slipway.executor.protocol import encode
from slipway.handler import Handler, Wanted
from slipway.user_code import user_traceback

# From sys/prctl.h.
_PR_SET_PDEATHSIG = 1


def main(handler: str, descriptor: int, log_pipe: int, folder: str, parent: int) -> int:
    sock = socket.socket(fileno=descriptor)
    for each in (descriptor, log_pipe):
        # Programs that the user's code starts have nothing to say here.
        os.set_inheritable(each, False)
    _end_with(parent)
    watch_output()
    try:
        function = load(Handler.parse(handler))
    except BaseException as error:
        message = str(error) if isinstance(error, StartError) else f"{handler}\n{user_traceback(error)}"
        sock.sendall(encode({"op": "failed", "message": message}))
        return 1
    asynchronous = is_async(function)
    sock.sendall(encode({"op": "ready", "is_async": asynchronous}))
    if asynchronous:
        tell_calls_apart(log_pipe)
        asyncio.run(_serve_async(function, sock, folder))
    else:
        from slipway.executor.sync_calls import SyncCalls

        leave_output()
        SyncCalls(function, sock, folder).serve()
    return 0


async def _serve_async(function: Callable[..., Any], sock: socket.socket, folder: str) -> None:
    from slipway.executor.async_calls import AsyncCalls

    await AsyncCalls(function, sock, folder).serve()


def load(target: Handler) -> Callable[..., Any]:
    """The user's function. Raises StartError for what is none, or gives more than one result."""
    wanted = Wanted("a function", "Functions", lambda value: is_function(value) and not is_generator(value))  # type: ignore[arg-type]
    function = target.load(wanted)
    if not is_function(function):
        raise target.refusal(function, wanted)
    if is_generator(function):
        raise StartError(
            f"handler {target} is a generator (it yields). A call has one result: return a list of what it yields, or "
            "write it where the caller finds it and return that place."
        )
    return function  # type: ignore[no-any-return]


def _end_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (ImportError, OSError, AttributeError):
        return
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    handler, descriptor, log_pipe, folder, parent = sys.argv[1:]
    # The user's code has no arguments.
    del sys.argv[1:]
    sys.exit(main(handler, int(descriptor), int(log_pipe), folder, int(parent)))
