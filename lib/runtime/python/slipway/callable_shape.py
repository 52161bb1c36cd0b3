"""What a callable takes, read from its signature: nothing here calls it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def signature(value: Callable[..., Any]) -> inspect.Signature | None:
    """None where Python knows none, as for some callables written in C."""
    try:
        return inspect.signature(value)
    except (TypeError, ValueError):
        return None


def takes(value: Callable[..., Any], count: int) -> bool:
    """Whether it can be called with that many positional arguments and nothing else."""
    known = signature(value)
    if known is None:
        return False
    try:
        known.bind(*range(count))
    except TypeError:
        return False
    return True


def takes_anything(value: Callable[..., Any]) -> bool:
    """Whether it has ``*args``, as what a decorator without functools.wraps returns."""
    known = signature(value)
    return known is not None and any(each.kind is each.VAR_POSITIONAL for each in known.parameters.values())


def required(value: Callable[..., Any]) -> list[str]:
    """Names of the parameters that a call has to give."""
    known = signature(value)
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        each.name
        for each in (known.parameters.values() if known else ())
        if each.default is each.empty and each.kind not in variadic
    ]


def first_positional(value: Callable[..., Any]) -> str:
    """Name of the first positional parameter, or nothing."""
    known = signature(value)
    return next((each.name for each in (known.parameters.values() if known else ()) if each.kind in _POSITIONAL), "")


def is_function(value: object) -> bool:
    """A function or method, also with arguments filled in or decorated; neither a class nor an app object."""
    # A decorator that keeps __wrapped__, such as functools.cache, may return an object that is called like a function.
    return isinstance(value, partial) or inspect.isroutine(inspect.unwrap(value) if callable(value) else value)


def is_async(value: Callable[..., Any]) -> bool:
    """Whether calling it returns a coroutine."""
    while isinstance(value, partial):
        value = value.func
    target = value if is_function(value) or inspect.isclass(value) else type(value).__call__
    return inspect.iscoroutinefunction(target)


def is_generator(value: Callable[..., Any]) -> bool:
    """Whether calling it returns a generator, of either kind."""
    while isinstance(value, partial):
        value = value.func
    target = inspect.unwrap(value)
    return inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target)
