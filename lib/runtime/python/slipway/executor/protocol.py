"""The lines of the executor protocol: docs/calls.md."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from slipway.call_context import CallKey

PROTOCOL = 1
MAX_LINE = 1024 * 1024
# Beyond this, arguments and results are in files.
MAX_INLINE = 64 * 1024

# A call's id is also the name of a file.
_CALL = re.compile(r"[A-Za-z0-9_-]{1,128}")
_REASONS = ("cancelled", "timeout", "shutdown")


class ProtocolError(Exception):
    """A line that is not of the protocol's form."""


@dataclass(frozen=True)
class Run:
    key: CallKey
    # As it came: the child reads the rest.
    line: bytes


@dataclass(frozen=True)
class Cancel:
    key: CallKey
    reason: str


@dataclass(frozen=True)
class Ping:
    n: Any


@dataclass(frozen=True)
class Drain:
    pass


class LineBuffer:
    """Bytes as they come, taken out line by line."""

    def __init__(self, most: int = MAX_LINE) -> None:
        self._most = most
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        if b"\n" not in data:
            self._rest += data
            lines = []
        else:
            whole, _, rest = data.rpartition(b"\n")
            lines = bytes(self._rest + whole).split(b"\n")
            self._rest = bytearray(rest)
        if len(self._rest) > self._most or any(len(line) > self._most for line in lines):
            raise ProtocolError(f"a line is longer than {self._most} bytes")
        return lines


def encode(message: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        text = json.dumps(message, separators=(",", ":")).encode()
    return text + b"\n"


def report(op: str, key: CallKey, **rest: Any) -> bytes:
    """A line about one attempt of a call."""
    return encode({"op": op, "call": key[0], "attempt": key[1], **rest})


def decode(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a line is no JSON: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("a line is no JSON object")
    return message


def key_of(message: dict[str, Any]) -> CallKey:
    call, attempt = message.get("call"), message.get("attempt")
    if not isinstance(call, str) or not _CALL.fullmatch(call):
        raise ProtocolError(f"call is {call!r}")
    if not isinstance(attempt, int) or isinstance(attempt, bool) or attempt < 0:
        raise ProtocolError(f"attempt is {attempt!r}")
    return call, attempt


def read_data(line: bytes) -> Run:
    """A line from the gateway on the data connection."""
    message = decode(line)
    if message.get("op") != "run":
        raise ProtocolError(f"op {message.get('op')!r} on the data connection")
    if not isinstance(message.get("file"), str):
        if not isinstance(message.get("args"), list) or not isinstance(message.get("kwargs"), dict):
            raise ProtocolError("run without args and kwargs, or a file of them")
    return Run(key_of(message), line)


def read_control(line: bytes) -> Cancel | Ping | Drain | None:
    """A line from the gateway on the control connection; None for what needs nothing done."""
    message = decode(line)
    op = message.get("op")
    if op == "ping":
        return Ping(message.get("n"))
    if op == "drain":
        return Drain()
    if op == "cancel":
        if message.get("reason") not in _REASONS:
            raise ProtocolError(f"cancel with the reason {message.get('reason')!r}")
        return Cancel(key_of(message), message["reason"])
    if op == "pong":
        return None
    raise ProtocolError(f"op {op!r} on the control connection")
