"""From the name of a handler to a served function or app."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from io import TextIOWrapper
from types import FrameType

from slipway.app_interface import ASGI, WSGI
from slipway.callable_shape import is_function
from slipway.errors import StartError, Stopped
from slipway.handler import Handler, Wanted
from slipway.listener import bind
from slipway.user_code import is_user_file, short_path


@dataclass(frozen=True)
class Options:
    """How to serve; method and docs are of fastapi alone."""

    method: str
    docs: bool
    max_inputs: int


@dataclass(frozen=True)
class _Kind:
    serve: Callable[[Handler, socket.socket, Options], None]
    # What it needs beside this package: the extra of this name.
    extra: str
    packages: tuple[str, ...]

    @property
    def install(self) -> str:
        return f'Run pip install "slipway[{self.extra}]", or add {_joined(self.packages)} to requirements.txt.'


def serve(*, kind: str, handler: str, port: int, options: Options) -> None:
    """Serve the handler until a signal ends the process. Raises StartError for what the user can fix.

    Cheap checks come first: loading the user's module may take minutes.
    """
    _stop_on_signals()
    if isinstance(sys.stdout, TextIOWrapper):
        # A pipe is block-buffered by default: a print would be seen minutes later, or never.
        sys.stdout.reconfigure(line_buffering=True)
    target = Handler.parse(handler)
    if kind == CALLS:
        from slipway.executor.supervisor import serve_calls

        serve_calls(target, options.max_inputs)
        return
    _require(_KINDS[kind])
    with bind(port) as listener:
        _KINDS[kind].serve(target, listener, options)


def _serve_fastapi(target: Handler, listener: socket.socket, options: Options) -> None:
    wanted = Wanted("a function", "Functions", is_function)
    function = target.load(wanted)
    if not is_function(function):
        raise target.refusal(function, wanted)
    with _working("fastapi"):
        from slipway.fastapi_endpoint import fastapi_endpoint
        from slipway.uvicorn_server import run
    app = fastapi_endpoint(target, function, method=options.method, docs=options.docs, threads=options.max_inputs)
    run(app, listener, max_inputs=options.max_inputs, title=f"{target} answers {options.method}")


def _serve_asgi(target: Handler, listener: socket.socket, options: Options) -> None:
    app = ASGI.load(target)
    with _working("asgi"):
        from slipway.uvicorn_server import run
    run(app, listener, max_inputs=options.max_inputs, title=f"{target} answers")


def _serve_wsgi(target: Handler, listener: socket.socket, options: Options) -> None:
    app = WSGI.load(target)
    with _working("wsgi"):
        from slipway.gunicorn_server import run
    run(app, listener, threads=options.max_inputs, title=f"{target} answers")


_KINDS = {
    "fastapi": _Kind(_serve_fastapi, "fastapi", ("fastapi", "uvicorn")),
    # Without websockets uvicorn would refuse every WebSocket.
    "asgi": _Kind(_serve_asgi, "asgi", ("uvicorn", "websockets")),
    "wsgi": _Kind(_serve_wsgi, "wsgi", ("gunicorn",)),
}
# Has no port: its calls come over the gateway's socket.
CALLS = "calls"
KINDS = (*_KINDS, CALLS)


def _stop_on_signals() -> None:
    # In a container this process may be PID 1, for which the kernel ignores SIGTERM unless it is handled.
    def stop(signum: int, frame: FrameType | None) -> None:
        raise Stopped

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)


def _require(kind: _Kind) -> None:
    missing = []
    for package in kind.packages:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            missing.append(package)
        elif is_user_file(spec.origin):
            raise StartError(f"{short_path(spec.origin)} hides the package {package}. Give your file another name.")
    if missing:
        raise StartError(
            f"{_joined(missing)} {'is' if len(missing) == 1 else 'are'} not installed in {sys.prefix}. {kind.install}"
        )


@contextmanager
def _working(name: str) -> Iterator[None]:
    kind = _KINDS[name]
    try:
        yield
    except ImportError as error:
        packages = " or ".join(kind.packages)
        raise StartError(f"{packages} is installed but does not work: {error}. {kind.install}") from error


def _joined(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(names)
