"""The command line: ``python -m slipway serve …``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from slipway import __version__
from slipway.errors import StartError
from slipway.serve import CALLS, KINDS, Options, serve

_DEFAULT_PORT = "8000"
# What the construct's `concurrency.maxInputs` is by default.
_DEFAULT_MAX_INPUTS = {"fastapi": 1, "asgi": 100, "wsgi": 100, "calls": 1}
_MOST_INPUTS = 1000
# Options that mean something to one kind only, and would otherwise be ignored in silence.
_ONLY_FOR = {"method": "fastapi", "docs": "fastapi"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 for what the user can fix in code or settings, 2 for wrong usage."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    for option, kind in _ONLY_FOR.items():
        if getattr(arguments, option) and arguments.kind != kind:
            parser.error(f"--{option} belongs to --kind {kind}, not to --kind {arguments.kind}")
    if arguments.port is not None and arguments.kind == CALLS:
        parser.error("--port belongs to the other kinds: calls come over the socket in SLIPWAY_EXECUTOR_SOCKET")
    _tell_skew(os.environ.get("SLIPWAY_LIBRARY_VERSION"))
    options = Options(
        method=arguments.method or "GET",
        docs=arguments.docs,
        max_inputs=arguments.max_inputs or _DEFAULT_MAX_INPUTS[arguments.kind],
    )
    try:
        port = 0 if arguments.kind == CALLS else _port(arguments.port)
        serve(kind=arguments.kind, handler=arguments.handler, port=port, options=options)
    except StartError as error:
        print(f"slipway: {error}", file=sys.stderr)
        return 1
    return 0


def _tell_skew(library: str | None) -> None:
    """One line where the image has the package of another version than the library that deployed it."""
    if library is None or library.split(".")[:2] == __version__.split(".")[:2]:
        return
    print(
        f"slipway: this image has the Python package of version {__version__}, and {library} of the library deployed it: "
        f"build the image anew with {library}",
        file=sys.stderr,
        flush=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m slipway", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser(
        "serve",
        allow_abbrev=False,
        help="serve a function or an app over HTTP on 127.0.0.1, or run a function's calls",
        description="Serve a function or an app over HTTP on 127.0.0.1, where the gateway beside it forwards to; "
        "or run a function's calls, which the gateway sends over a socket.",
    )
    command.add_argument(
        "--kind",
        required=True,
        choices=KINDS,
        help="fastapi: one function, answering at /; asgi, wsgi: an app, or a function that returns one; calls: one function, run call by call",
    )
    command.add_argument(
        "--handler",
        required=True,
        metavar="module:name",
        help='looked up from the current folder: "app:hello" is hello in app.py',
    )
    command.add_argument(
        "--method",
        choices=["GET", "POST", "PUT", "PATCH", "DELETE"],
        help="of fastapi: the HTTP method to answer (default: GET)",
    )
    command.add_argument("--docs", action="store_true", help="of fastapi: also serve /docs, /redoc and /openapi.json")
    command.add_argument(
        "--max-inputs",
        type=_inputs,
        metavar="N",
        help=f"requests or calls at the same time, 1 to {_MOST_INPUTS} (default: 1 for fastapi and calls, else 100)",
    )
    command.add_argument("--port", help="default: the variable PORT, else 8000; 0 takes any free port")
    return parser


def _inputs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_INPUTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST_INPUTS}")
    return int(text)


def _port(option: str | None) -> int:
    name, text = ("--port", option) if option is not None else ("PORT", os.environ.get("PORT") or _DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise StartError(
            f'{name} is "{text}", which is no port. Give a number from 1 to 65535, or 0 for any free port.'
        )
    return int(text)
