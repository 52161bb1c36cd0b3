"""The steps that an operation consists of; who takes them may block, or not."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, Union

from slipway.client.settings import Origin

Result = TypeVar("Result")


class ConnectionFailed(Exception):
    """No whole answer came: whether the request arrived is not known."""


@dataclass(frozen=True)
class Request:
    origin: Origin
    method: str
    path: str
    headers: dict[str, str]
    # Sent one after the other, so that large arguments are never copied into one.
    body: Sequence[bytes] = ()
    # Seconds that the server may take to say anything.
    patience: float = 60

    @property
    def size(self) -> int:
        return sum(len(piece) for piece in self.body)


@dataclass(frozen=True)
class Response:
    status: int
    # Names in lower case.
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """None where it is no JSON, as what a proxy on the way answers."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Sleep:
    seconds: float


# Is sent the response to each request, and nothing after a sleep.
Steps = Generator[Union[Request, Sleep], Any, Result]
