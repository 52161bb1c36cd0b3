"""What of a traceback and of a path a user recognizes as theirs."""

from __future__ import annotations

import importlib
import os
import traceback
from types import TracebackType

# As it was at the start: the user's code may change the current folder.
_FOLDER = os.path.join(os.getcwd(), "")
_OURS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
_STANDARD_LIBRARY = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), "")
_IMPORT_SYSTEM = (os.path.join(os.path.dirname(os.path.abspath(importlib.__file__)), ""), "<frozen importlib")
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def is_user_file(path: str) -> bool:
    """Whether the file is in the folder being served, and is neither Python's own nor of a package installed there."""
    return (
        path.startswith(_FOLDER)
        and not path.startswith((_OURS, _STANDARD_LIBRARY))
        and not any(folder in path for folder in _INSTALLED)
    )


def short_path(path: str) -> str:
    """The path as the user would write it: relative when it is in the folder being served."""
    return path.removeprefix(_FOLDER)


def user_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The traceback's entries in the user's files, outermost first."""
    return [frame for frame in traceback.extract_tb(error.__traceback__) if is_user_file(frame.filename)]


def user_traceback(error: BaseException) -> str:
    """The traceback from the user's first frame on: without the server, framework and import system that called it.

    An error that passed through none of the user's files keeps every frame that is neither Slipway's nor the import
    system's. A syntax error then keeps none, and shows the line it is about.
    """
    trimmed = error.with_traceback(_from_user_code(error.__traceback__))
    return "".join(traceback.format_exception(trimmed)).rstrip()


def _from_user_code(outermost: TracebackType | None) -> TracebackType | None:
    frames = []
    frame = outermost
    while frame is not None:
        frames.append(frame)
        frame = frame.tb_next
    user = (frame for frame in frames if is_user_file(frame.tb_frame.f_code.co_filename))
    foreign = (frame for frame in frames if not frame.tb_frame.f_code.co_filename.startswith((_OURS, *_IMPORT_SYSTEM)))
    return next(user, None) or next(foreign, None)
