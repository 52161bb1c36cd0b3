"""What a call is called with."""

from __future__ import annotations

import json
from typing import Any


class InvalidArguments(Exception):
    """The caller sent what is no JSON, or no arguments: a worker looks only into small ones before it passes them on."""


def arguments_of(message: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Those in the line, or in the file that it names. Raises InvalidArguments, or OSError where the file cannot be read."""
    if "file" in message:
        with open(message["file"], "rb") as file:
            try:
                message = json.load(file)
            except (ValueError, RecursionError) as error:
                raise InvalidArguments(f"the arguments are no JSON: {error}") from error
        kwargs = message.get("kwargs", {}) if isinstance(message, dict) else None
        if not (isinstance(kwargs, dict) and isinstance(message.get("args"), list)):
            raise InvalidArguments("the arguments are not of the form of arguments")
    return message["args"], message.get("kwargs") or {}
