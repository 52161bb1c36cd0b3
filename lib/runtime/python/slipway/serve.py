"""From the name of a handler to a served function."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from io import TextIOWrapper
from types import FrameType

from slipway.errors import StartError, Stopped
from slipway.handler import Handler
from slipway.listener import bind
from slipway.user_code import is_user_file, short_path

_INSTALL = 'Run pip install "slipway[asgi]", or add fastapi and uvicorn to requirements.txt.'


def serve(*, handler: str, method: str, docs: bool, port: int) -> None:
    """Serve the function until a signal ends the process. Raises StartError for what the user can fix.

    Cheap checks come first: loading the user's module may take minutes.
    """
    _stop_on_signals()
    if isinstance(sys.stdout, TextIOWrapper):
        # A pipe is block-buffered by default: a print would be seen minutes later, or never.
        sys.stdout.reconfigure(line_buffering=True)
    target = Handler.parse(handler)
    _require("fastapi", "uvicorn")
    with bind(port) as listener:
        function = target.load()
        try:
            from slipway.fastapi_endpoint import fastapi_endpoint
            from slipway.server import run
        except ImportError as error:
            raise StartError(f"fastapi or uvicorn is installed but does not work: {error}. {_INSTALL}") from error
        app = fastapi_endpoint(target, function, method=method, docs=docs)
        run(app, listener, title=f"{target} answers {method}")


def _stop_on_signals() -> None:
    # In a container this process may be PID 1, for which the kernel ignores SIGTERM unless it is handled.
    def stop(signum: int, frame: FrameType | None) -> None:
        raise Stopped

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)


def _require(*packages: str) -> None:
    missing = []
    for package in packages:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            missing.append(package)
        elif is_user_file(spec.origin):
            raise StartError(f"{short_path(spec.origin)} hides the package {package}. Give your file another name.")
    if missing:
        raise StartError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed in {sys.prefix}. {_INSTALL}"
        )
