"""Asking again. Every request may be: a spawn has a key by which the gateway knows it again."""

from __future__ import annotations

import random
import time

from slipway.client.answers import refusal
from slipway.client.steps import ConnectionFailed, Request, Response, Sleep, Steps
from slipway.exceptions import SlipwayError, UnavailableError

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_AGAIN = (429, 502, 503, 504)


def ask(request: Request, seconds: float = 30) -> Steps[Response]:
    """The answer, if it is a success. Asks again for so long while there is none, or one that may soon be another; also while
    the gateway is not there yet."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while True:
        wait = 0.0
        try:
            response: Response = yield request
        except ConnectionFailed as failed:
            origin = request.origin
            error: SlipwayError = UnavailableError(f"{origin.host}:{origin.port} does not answer: {failed}")
            error.__cause__ = failed.__cause__
        else:
            if response.status < 300:
                return response
            error = refusal(request, response)
            if response.status not in _AGAIN:
                raise error
            wait = _seconds(response.headers.get("retry-after", ""))
        wait = max(wait, random.uniform(pause / 2, pause))
        if time.monotonic() + wait > deadline:
            raise error
        yield Sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0
