"""Functions that run in containers of their own."""

from __future__ import annotations

from typing import Any

from slipway.client import operations
from slipway.client.steps import Steps
from slipway.client.verb import Verb
from slipway.exceptions import SlipwayError
from slipway.function_call import FunctionCall

_MAX_KEY = 256


class Function:
    """A deployed function, by the names that its construct has. Each verb has another at ``.aio`` for use with ``await``."""

    def __init__(self, app: str, name: str, environment: str | None = None) -> None:
        self.app = app
        self.name = name
        self.environment = environment

    @classmethod
    def from_name(cls, app: str, name: str, *, environment: str | None = None) -> Function:
        """The function ``name`` of ``app``. Asks nobody: whether there is one shows when it is called.

        ``environment`` is for certainty only: a call of a function elsewhere than where this client asks is refused.
        """
        return cls(app, name, environment)

    def __repr__(self) -> str:
        return f"<Function {self.app}/{self.name}>"

    @Verb
    def spawn(self, /, *args: Any, idempotency_key: str | None = None, **kwargs: Any) -> Steps[FunctionCall]:
        """Start a call and return it, once it is recorded and can no longer be lost. Arguments are JSON.

        The same ``idempotency_key`` with the same arguments is the same call, however often it is spawned; with others it
        is a ``ConflictError``.
        """
        if idempotency_key is not None and not _is_key(idempotency_key):
            raise ValueError(f"idempotency_key is {idempotency_key!r}; it has 1 to {_MAX_KEY} printable ASCII characters")
        call = yield from operations.spawn(self._where, args, kwargs, idempotency_key)
        return FunctionCall(call)

    @Verb
    def remote(self, /, *args: Any, **kwargs: Any) -> Steps[Any]:
        """Call the function and wait for its result, or raise what it raised."""
        call = yield from operations.spawn(self._where, args, kwargs, None)
        return (yield from operations.result(call, None))

    @Verb
    def get_web_url(self) -> Steps[str]:
        """URL of a web endpoint."""
        url = (yield from operations.describe_function(self._where)).get("url")
        if not url:
            raise SlipwayError(f"{self.app}/{self.name} is no web endpoint, so it has no URL")
        return str(url)

    @property
    def _where(self) -> operations.FunctionPath:
        return operations.FunctionPath(self.app, self.name, self.environment)


def _is_key(text: str) -> bool:
    return 0 < len(text) <= _MAX_KEY and text.isascii() and text.isprintable()
