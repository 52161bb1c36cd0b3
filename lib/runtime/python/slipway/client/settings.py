"""Where the calls API is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from slipway.exceptions import SlipwayError


# Below the URL of an endpoint whose calls are public.
PUBLIC_PATH = "/_slipway/v1"


@dataclass(frozen=True)
class Origin:
    """What connections are made to."""

    is_tls: bool
    host: str
    port: int

    @property
    def address(self) -> str:
        """Every name under localhost is this machine (RFC 6761), which curl and browsers know and many resolvers do not."""
        return "localhost" if self.host.endswith(".localhost") and not self.is_tls else self.host

    @property
    def authority(self) -> str:
        """The Host header: load balancers route by it, so it has no port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True)
class Settings:
    origin: Origin
    # Before /functions and /calls.
    path: str
    token: str | None


def settings() -> Settings:
    """Inside of a Slipway task, its own gateway; elsewhere, the endpoint in SLIPWAY_URL, with the token in SLIPWAY_TOKEN."""
    inside = os.environ.get("SLIPWAY_CALLS_URL")
    if inside:
        return _read("SLIPWAY_CALLS_URL", inside, "/v1", None)
    outside = os.environ.get("SLIPWAY_URL")
    if not outside:
        raise SlipwayError(
            "neither SLIPWAY_CALLS_URL nor SLIPWAY_URL is set. In a Slipway task that may call functions the first is set "
            "already. Elsewhere set SLIPWAY_URL to the URL of an endpoint with publicCalls: true, and SLIPWAY_TOKEN to a "
            "token whose scopes name the function (npx slipway tokens create)."
        )
    token = os.environ.get("SLIPWAY_TOKEN")
    if not token:
        raise SlipwayError("SLIPWAY_TOKEN is not set. Make a token with: npx slipway tokens create")
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise SlipwayError("SLIPWAY_TOKEN is not of the form wk-….ws-…")
    return _read("SLIPWAY_URL", outside, PUBLIC_PATH, token)


def _read(variable: str, text: str, path: str, token: str | None) -> Settings:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        port, url = None, urlsplit("")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise SlipwayError(f'{variable} is "{text}", which is no http or https URL.')
    is_tls = url.scheme == "https"
    return Settings(Origin(is_tls, url.hostname, port or (443 if is_tls else 80)), url.path.rstrip("/") + path, token)
