"""What can be asked of the calls API."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from slipway.client.answers import failure
from slipway.client.retrying import ask
from slipway.client.settings import settings
from slipway.client.steps import Request, Response, Steps
from slipway.exceptions import SlipwayError, TimeoutError
from slipway.json_value import encode_json

# The longest that the gateway lets one request wait for a result.
_LONGEST_WAIT = 55.0
# What an answer may take beyond that.
_PATIENCE = 15.0
# The gateway answers a spawn when its arguments are stored.
_SPAWN_PATIENCE = 300.0
_RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class FunctionPath:
    app: str
    name: str
    # What the gateway's own has to be, if it is said.
    environment: str | None

    def url(self, rest: str = "") -> str:
        path = f"/functions/{quote(self.app, safe='')}/{quote(self.name, safe='')}{rest}"
        return path if self.environment is None else f"{path}?environment={quote(self.environment, safe='')}"


def spawn(function: FunctionPath, args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None) -> Steps[str]:
    """The new call's id."""
    body = _body(args, kwargs)
    # A key of its own makes it safe to ask again when no answer came.
    headers = {"content-type": "application/json", "idempotency-key": key or secrets.token_hex(16)}
    response = yield from ask(_request("POST", function.url("/calls"), headers, body, _SPAWN_PATIENCE))
    return str(_read(response)["call_id"])


def describe_function(function: FunctionPath) -> Steps[dict[str, Any]]:
    response = yield from ask(_request("GET", function.url()))
    return _read(response)


def describe_call(call: str) -> Steps[dict[str, Any]]:
    response = yield from ask(_request("GET", _call(call)))
    return _read(response)


def cancel(call: str) -> Steps[None]:
    yield from ask(_request("POST", f"{_call(call)}/cancel"))


def result(call: str, timeout: float | None) -> Steps[Any]:
    """The call's result, or what it raised. Raises TimeoutError where it is still open after so many seconds."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = _LONGEST_WAIT if deadline is None else max(0.0, deadline - time.monotonic())
        wait = min(left, _LONGEST_WAIT)
        request = _request("GET", f"{_call(call)}/result?wait={wait:.3f}".rstrip("0").rstrip("."), patience=wait + _PATIENCE)
        response = yield from ask(request, _RETRY_SECONDS if deadline is None else min(left, _RETRY_SECONDS))
        answer = _read(response)
        state = answer.get("state")
        if response.status == 200:
            if state == "SUCCESS":
                return answer.get("result")
            raise failure(call, str(state), answer.get("error"))
        if deadline is not None and time.monotonic() >= deadline:
            raise TimeoutError(f"call {call} is still {state}")


def _call(call: str) -> str:
    return f"/calls/{quote(call, safe='')}"


def _request(
    method: str, path: str, headers: dict[str, str] | None = None, body: Sequence[bytes] = (), patience: float = 60
) -> Request:
    where = settings()
    authorization = {"authorization": f"Bearer {where.token}"} if where.token else {}
    return Request(where.origin, method, where.path + path, {**authorization, **(headers or {})}, body, patience)


def _body(args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[bytes]:
    pieces = [b'{"args":[']
    for index, value in enumerate(args):
        pieces += [b"," if index else b"", encode_json(value, name=f"args[{index}]", verb="pass")]
    pieces.append(b'],"kwargs":{')
    for index, (name, value) in enumerate(kwargs.items()):
        pieces += [b"," if index else b"", encode_json(name, name="a keyword", verb="pass"), b":"]
        pieces.append(encode_json(value, name=f"kwargs[{name!r}]".replace("'", '"'), verb="pass"))
    pieces.append(b"}}")
    return pieces


def _read(response: Response) -> dict[str, Any]:
    content = response.json()
    if not isinstance(content, dict):
        raise SlipwayError(f"status {response.status} with what is no answer of Slipway's: {response.body[:200]!r}")
    return content
