"""The command line: ``python -m slipway serve …``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from slipway import __version__
from slipway.errors import StartError
from slipway.serve import serve

_DEFAULT_PORT = "8000"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 1 for what the user can fix in code or settings, 2 for wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        serve(
            handler=arguments.handler,
            method=arguments.method,
            docs=arguments.docs,
            port=_port(arguments.port),
        )
    except StartError as error:
        print(f"slipway: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m slipway", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser(
        "serve",
        allow_abbrev=False,
        help="serve a handler over HTTP on 127.0.0.1",
        description="Serve a handler over HTTP on 127.0.0.1, where the gateway beside it forwards requests to.",
    )
    command.add_argument("--kind", required=True, choices=["fastapi"], help="fastapi: one function, answering at /")
    command.add_argument(
        "--handler",
        required=True,
        metavar="module:function",
        help='looked up from the current folder: "app:hello" is hello in app.py',
    )
    command.add_argument(
        "--method",
        default="GET",
        choices=["GET", "POST", "PUT", "PATCH", "DELETE"],
        help="the HTTP method to answer (default: GET)",
    )
    command.add_argument("--docs", action="store_true", help="also serve /docs, /redoc and /openapi.json")
    command.add_argument("--port", help="default: the variable PORT, else 8000; 0 takes any free port")
    return parser


def _port(option: str | None) -> int:
    name, text = ("--port", option) if option is not None else ("PORT", os.environ.get("PORT") or _DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise StartError(
            f'{name} is "{text}", which is no port. Give a number from 1 to 65535, or 0 for any free port.'
        )
    return int(text)
