"""What one attempt of a call came to, as the line that says so."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

from slipway.call_context import CallKey
from slipway.executor.protocol import MAX_INLINE, report
from slipway.json_value import encode_json
from slipway.user_code import user_traceback

_MAX_ERROR = 32 * 1024
_MAX_MESSAGE = 8 * 1024
_MAX_TRACEBACK = 16 * 1024


def done(key: CallKey, value: Any, folder: str) -> bytes:
    """The result, in a file in the folder if it is large. Raises TypeError or ValueError for what JSON does not have."""
    result = encode_json(value, name="result", verb="return")
    if len(result) > MAX_INLINE:
        return report("done", key, file=_write(os.path.join(folder, f"{key[0]}-{key[1]}.out"), result))
    head = report("done", key).removesuffix(b"}\n")
    return head + b',"result":' + result + b"}\n"


def invalid(key: CallKey, error: Exception) -> bytes:
    """The caller's arguments are at fault, and no code has run."""
    return report("error", key, error={"type": "InvalidCall", "message": str(error), "traceback": ""})


def failed(key: CallKey, error: BaseException) -> bytes:
    """The exception as its own process shows it, cut to what fits in a record."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    message, traceback = _text(lambda: str(error)), _text(lambda: user_traceback(error))
    most_message, most_traceback = _MAX_MESSAGE, _MAX_TRACEBACK
    while True:
        described = {
            "type": name[:256],
            "message": _cut(message, most_message),
            "traceback": _cut(traceback, most_traceback),
        }
        # Escapes take more room than what they stand for.
        if len(json.dumps(described)) <= _MAX_ERROR:
            return report("error", key, error=described)
        most_message //= 2
        most_traceback //= 2


def _text(made: Any) -> str:
    try:
        return str(made())
    except Exception as error:
        # An exception of the user's whose __str__ raises.
        return f"<not to be shown: {type(error).__name__}>"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    # Both ends say something: where it began, and what it was.
    begin, end = most // 4, most - most // 4
    return f"{text[:begin]}\n… {len(text) - most} characters left out …\n{text[-end:]}"


def _write(path: str, content: bytes) -> str:
    descriptor, unfinished = tempfile.mkstemp(prefix=".slipway-", dir=os.path.dirname(path))
    try:
        with open(descriptor, "wb") as file:
            # The gateway may run as another user.
            os.fchmod(descriptor, 0o644)
            file.write(content)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
    return path
