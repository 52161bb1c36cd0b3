"""ASGI and WSGI: finding the user's app, or the factory that makes it, and saying what is wrong when that fails.

An app and a factory are both callables, so the signature decides, before anything is called. An app is an object that
takes what the server passes, an async function that does (ASGI), or a function that does and whose first parameter has
its usual name (``scope``, ``environ``). What can be called with nothing is a factory. A function that could be either,
with ``*args``, is refused.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.callable_shape import first_positional, is_async, is_function, required, signature, takes, takes_anything
from slipway.errors import StartError, Stopped
from slipway.handler import Handler, Wanted
from slipway.user_code import user_traceback


@dataclass(frozen=True)
class AppInterface:
    """What a server and an app agree on."""

    name: str
    article: str
    # What the server passes, in its order.
    parameters: tuple[str, ...]
    # How the first of them is called in the apps that people write.
    first_names: tuple[str, ...]
    # What a class needs, beside these parameters, to be an app itself rather than to make one.
    class_protocol: str
    construct: str
    kind: str

    @property
    def app(self) -> str:
        return f"{self.article} {self.name} app"

    def is_app(self, value: object) -> bool:
        """Whether it is an app, as far as its signature tells."""
        if not callable(value):
            return False
        if signature(value) is None:
            return not is_function(value) and not inspect.isclass(value)
        if not takes(value, len(self.parameters)) or (self is WSGI and is_async(value)):
            return False
        if inspect.isclass(value):
            return hasattr(value, self.class_protocol)
        if not is_function(value):
            return True
        if self is ASGI and is_async(value):
            return takes_anything(value) or not takes(value, 0)
        return first_positional(value) in self.first_names and not takes(value, 0)

    def load(self, handler: Handler) -> Callable[..., Any]:
        """Import the module and return the app: what the handler names, or what that returns if it is a factory."""
        value = handler.load(Wanted(f"{self.app} or a function that returns one", "Apps and factories", self._suggests))
        if self.is_app(value):
            return value  # type: ignore[no-any-return]
        self._refuse_other(value, f"handler {handler} is")
        _refuse_no_factory(handler, value, self)
        return self._made_by(handler, value)

    def _made_by(self, handler: Handler, factory: Callable[[], Any]) -> Callable[..., Any]:
        try:
            made = factory()
        except Stopped:
            raise
        except (Exception, SystemExit) as error:
            raise StartError(f"handler {handler} raised instead of returning {self.app}.\n{user_traceback(error)}") from error
        if self.is_app(made):
            return made  # type: ignore[no-any-return]
        if inspect.iscoroutine(made):
            made.close()
            raise _async_factory(handler, self)
        self._refuse_other(made, f"handler {handler} returned")
        if made is None:
            raise StartError(f"handler {handler} returned None, not {self.app}. End it with: return app")
        raise StartError(f"handler {handler} returned {_described(made)}, not {self.app}. {self._takes_what()}")

    def _suggests(self, value: object) -> bool:
        return self.is_app(value) or (is_function(value) and not is_async(value) and takes(value, 0))  # type: ignore[arg-type]

    def _takes_what(self) -> str:
        *others, last = self.parameters
        return f"{self.app[0].upper()}{self.app[1:]} takes {', '.join(others)} and {last}."

    def _refuse_other(self, value: object, subject: str) -> None:
        other = WSGI if self is ASGI else ASGI
        if other.is_app(value):
            raise StartError(
                f"{subject} {other.app}, not {self.app}. "
                f"Serve it with the construct {other.construct} (--kind {other.kind})."
            )


def _refuse_no_factory(handler: Handler, value: Any, interface: AppInterface) -> None:
    if not takes(value, 0):
        what = "async function" if is_async(value) else "class" if inspect.isclass(value) else "function"
        needed = required(value)
        default, them = ("it a default", "it") if len(needed) == 1 else ("them defaults", "them")
        fix = f"Give {default}, or name a function that calls {handler.name} with {them}."
        raise StartError(
            f"handler {handler} is neither {interface.app} nor a factory of one: the {what} needs {_joined(needed)}. "
            f"{interface._takes_what()} A factory is called with nothing. {fix}"
        )
    if is_async(value):
        raise _async_factory(handler, interface)
    if is_function(value) and takes_anything(value):
        raise StartError(
            f"handler {handler} takes *args, which leaves open whether it is {interface.app} or a factory of one. "
            "Name its parameters; a decorator keeps those of the function in it with functools.wraps."
        )


def _async_factory(handler: Handler, interface: AppInterface) -> StartError:
    fix = "await what it needs in the app's lifespan" if interface is ASGI else "use asyncio.run for what it awaits"
    return StartError(
        f"handler {handler} is async; a factory is called before there is an event loop. Make it a def, and {fix}."
    )


def _described(value: object) -> str:
    if inspect.isclass(value):
        return f"the class {value.__name__}"
    if is_function(value):
        return f"the function {getattr(value, '__name__', '')}".rstrip()
    return f"an object of type {type(value).__name__}"


def _joined(names: list[str]) -> str:
    *others, last = names or ["other arguments"]
    return f"{', '.join(others)} and {last}" if others else last


ASGI = AppInterface("ASGI", "an", ("scope", "receive", "send"), ("scope",), "__await__", "AsgiApp", "asgi")
WSGI = AppInterface("WSGI", "a", ("environ", "start_response"), ("environ", "env"), "__iter__", "WsgiApp", "wsgi")
