"""Methods that block, and have another at ``.aio`` that does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from slipway.client import blocking
from slipway.client.steps import Steps

P = ParamSpec("P")
R = TypeVar("R")


class BoundVerb(Generic[P, R]):
    """``fn.spawn(1)`` blocks; ``await fn.spawn.aio(1)`` does not."""

    def __init__(self, operation: Callable[P, Steps[R]], doc: str | None) -> None:
        self._operation = operation
        self.__doc__ = doc

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return blocking.take(self._operation(*args, **kwargs))

    async def aio(self, *args: P.args, **kwargs: P.kwargs) -> R:
        from slipway.client import asynchronous

        return await asynchronous.take(self._operation(*args, **kwargs))


class Verb(Generic[P, R]):
    """Decorates a method of steps."""

    def __init__(self, method: Callable[Concatenate[Any, P], Steps[R]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, instance: Any, owner: type) -> BoundVerb[P, R]:
        return BoundVerb(partial(self._method, instance), self.__doc__)
