"""Values that JSON has, and the place in a value of one that it has not."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def encode_json(value: Any, *, name: str, verb: str) -> bytes:
    """The value as JSON in UTF-8. Raises TypeError or ValueError naming what it cannot hold and what to use instead.

    As ``json`` does, tuples become arrays, and keys that are numbers become strings.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise ValueError(f"{name} is nested too deep for JSON") from None
    except (TypeError, ValueError) as error:
        raise (_misfit(value, name, verb, ()) or error) from None
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, as from a file name that is no UTF-8: JSON can still write it, escaped.
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _misfit(value: Any, path: str, verb: str, above: tuple[int, ...]) -> Exception | None:
    if value is None or isinstance(value, (str, int)):
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else ValueError(f"{path} is {value}, which JSON does not have; {verb} None")
    if id(value) in above:
        return ValueError(f"{path} contains itself, which JSON cannot")
    within = (*above, id(value))
    if isinstance(value, dict):
        for key, item in value.items():
            if not (key is None or isinstance(key, (str, int, float))):
                return TypeError(f"{path} has a key that is {_described(key)}; JSON's keys are strings")
            if isinstance(key, float) and not math.isfinite(key):
                return ValueError(f"{path} has the key {key}; JSON's keys are strings")
            misfit = _misfit(item, f"{path}[{key!r}]".replace("'", '"'), verb, within)
            if misfit:
                return misfit
        return None
    if isinstance(value, (list, tuple)):
        misfits = (_misfit(item, f"{path}[{index}]", verb, within) for index, item in enumerate(value))
        return next((misfit for misfit in misfits if misfit), None)
    return TypeError(f"{path} is {_described(value)}, which JSON does not have; {_instead(value, verb)}")


def _described(value: object) -> str:
    kind = type(value)
    # numpy.int64 and int are two things; for the rest the short name says it.
    name = kind.__name__ if kind.__module__ in ("builtins", "datetime", "decimal", "uuid", "pathlib") else _qualified(kind)
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _qualified(kind: type) -> str:
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"


def _instead(value: object, verb: str) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{verb} base64.b64encode(it).decode(), or the name of a file or object that holds it"
    if isinstance(value, (set, frozenset)):
        return f"{verb} sorted(it) or list(it)"
    if isinstance(value, Mapping):
        return f"{verb} dict(it)"
    if hasattr(value, "__dataclass_fields__"):
        return f"{verb} dataclasses.asdict(it)"
    if hasattr(value, "cr_await"):
        return "await it"
    # By name, because none of these can be imported here. A pandas.Timestamp has isoformat() and a numpy scalar item().
    for method, call in (
        ("isoformat", "isoformat()"),
        ("model_dump", 'model_dump(mode="json")'),
        ("to_dict", "to_dict()"),
        ("tolist", "tolist()"),
        ("total_seconds", "total_seconds()"),
        ("as_integer_ratio", "value as a string or float"),
    ):
        if hasattr(value, method):
            return f"{verb} its {call}"
    if hasattr(value, "__next__") or hasattr(value, "__iter__"):
        return f"{verb} list(it)"
    if hasattr(value, "__fspath__") or type(value).__name__ == "UUID":
        return f"{verb} str(it)"
    return f"{verb} a dict, list, string, number, bool or None"
