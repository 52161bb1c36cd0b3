"""The handler: finding what the user named, and saying what is wrong when that fails."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from slipway.errors import StartError, Stopped
from slipway.user_code import short_path, user_frames, user_traceback


@dataclass(frozen=True)
class Wanted:
    """What a handler has to name."""

    # As in "app:answer is an object of type int, not …".
    singular: str
    # As in "… in app.py: hello, process."
    plural: str
    fits: Callable[[object], bool]


@dataclass(frozen=True)
class Handler:
    """``module:name``, as in ``app:hello`` for ``hello`` in ``app.py``."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Handler:
        """Read ``module:name``; a path or a dotted name is answered with what to write instead."""
        module, _, name = text.partition(":")
        if _is_dotted_name(module) and name.isidentifier() and not module.endswith(".py"):
            return cls(module, name)
        raise StartError(f'--handler "{text}" is not of the form module:name. Write {_suggestion(text)}.')

    def load(self, wanted: Wanted) -> Any:
        """Import the module from the current folder and return what is called so there: a callable at least."""
        module = _import(self)
        if not hasattr(module, self.name):
            raise StartError(_no_such_name(self, module, wanted))
        value = getattr(module, self.name)
        if not callable(value):
            raise self.refusal(value, wanted)
        return value

    def refusal(self, value: object, wanted: Wanted) -> StartError:
        """Say what the handler names instead, and what else there is."""
        what = "a class" if inspect.isclass(value) else f"an object of type {type(value).__name__}"
        return StartError(f"handler {self} is {what}, not {wanted.singular}. {_wanted_of(sys.modules[self.module], wanted)}")


def _import(handler: Handler) -> ModuleType:
    name = handler.module
    folder = os.getcwd()
    if sys.path[0] not in ("", folder):
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except Stopped:
        raise
    except SystemExit as error:
        raise StartError(
            f"{_place(error, name)}: the module exited while it was imported (exit code {error.code}). "
            'Move what runs a program under: if __name__ == "__main__":'
        ) from error
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise StartError(_no_such_module(handler, folder)) from error
        raise StartError(
            f"{_place(error, name)}: {error}. If it is a package, add it to requirements.txt; "
            f"if it is your own module, put it in {folder}."
        ) from error
    except Exception as error:
        raise StartError(f"{name} cannot be imported.\n{user_traceback(error)}") from error


def _place(error: BaseException, module: str) -> str:
    frames = user_frames(error)
    return f"{short_path(frames[-1].filename)}, line {frames[-1].lineno}" if frames else module


def _no_such_module(handler: Handler, folder: str) -> str:
    here = Path(folder)
    modules = {path.stem for path in here.glob("*.py")} | {path.parent.name for path in here.glob("*/__init__.py")}
    instead = _nearest(handler.module, modules) or _listing("Modules there", modules)
    return f"handler {handler}: there is no module {handler.module} in {folder}. {instead}"


def _no_such_name(handler: Handler, module: ModuleType, wanted: Wanted) -> str:
    missing = f"handler {handler}: {_file_of(module)} has no {handler.name}."
    nearest = _nearest(handler.name, _names(module, wanted))
    return " ".join(filter(None, [missing, nearest, _wanted_of(module, wanted)]))


def _wanted_of(module: ModuleType, wanted: Wanted) -> str:
    return _listing(f"{wanted.plural} in {_file_of(module)}", _names(module, wanted))


def _names(module: ModuleType, wanted: Wanted) -> list[str]:
    return [name for name, value in vars(module).items() if _is_own_and_fits(value, module, wanted)]


def _is_own_and_fits(value: object, module: ModuleType, wanted: Wanted) -> bool:
    try:
        # Functions and classes know where they were written; other objects belong to whoever has them.
        is_own = not hasattr(value, "__name__") or getattr(value, "__module__", None) == module.__name__
        return is_own and wanted.fits(value)
    except Exception:
        # Flask's request, for one, answers nothing outside of a request.
        return False


def _file_of(module: ModuleType) -> str:
    return short_path(module.__file__) if module.__file__ else module.__name__


def _nearest(name: str, names: Iterable[str]) -> str:
    return "".join(f"Did you mean {nearest}?" for nearest in get_close_matches(name, list(names), n=1))


def _listing(title: str, names: Iterable[str]) -> str:
    return f"{title}: {', '.join(sorted(names)) or 'none'}."


def _suggestion(text: str) -> str:
    """What was probably meant by ``src/app.py:hello``, ``app.hello`` or ``app``, in quotes."""
    path, _, name = re.sub(r"\(\)$", "", text).replace("::", ":").partition(":")
    module = re.sub(r"\.py$", "", re.sub(r"^(\./)+", "", path)).replace("/", ".")
    if not name and path == module and "." in module:
        module, _, name = module.rpartition(".")
    if _is_dotted_name(module):
        return f'"{module}:{name if name.isidentifier() else "name"}"'
    return '"app:hello" for hello in app.py'


def _is_dotted_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))
