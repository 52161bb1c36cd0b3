"""What a call is called with."""

from __future__ import annotations

import json
from typing import Any


def arguments_of(message: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Those in the line, or in the file that it names. Raises OSError where the file is not what it should be."""
    if "file" in message:
        with open(message["file"], "rb") as file:
            try:
                message = json.load(file)
            except ValueError as error:
                raise OSError(f"{file.name} is no JSON: {error}") from error
        if not (isinstance(message, dict) and isinstance(message.get("args"), list)):
            raise OSError(f"{file.name} is not of the form of arguments")
    return message["args"], message.get("kwargs") or {}
