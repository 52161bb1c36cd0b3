"""What the gateway forwards about a request, given to a WSGI app as PEP 3333 names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from slipway.forwarded_prefix import PREFIX
from slipway.listener import HOST


class Forwarded:
    """Sets ``SCRIPT_NAME`` to the prefix that the gateway stripped, and ``REMOTE_ADDR`` to the client's address.

    ``PATH_INFO`` is the rest of the path, which is what the gateway sends; the server itself sets the scheme.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX", "")
        if PREFIX.fullmatch(prefix):
            environ["SCRIPT_NAME"] = prefix
        client = _client(environ.get("HTTP_X_FORWARDED_FOR", ""))
        if client:
            environ["REMOTE_ADDR"] = client
            # Of the gateway's connection; the client's is not known.
            environ.pop("REMOTE_PORT", None)
        return self._app(environ, start_response)  # type: ignore[no-any-return]


def _client(forwarded_for: str) -> str | None:
    """The last address: those before it are what the client itself claims."""
    addresses = (address.strip() for address in reversed(forwarded_for.split(",")))
    return next((address for address in addresses if address and address != HOST), None)
