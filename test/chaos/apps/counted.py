"""What both Python apps count: who is in the app now, and how many were at the most. Prints each new maximum."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
now = 0
most = 0


@contextmanager
def inside() -> Iterator[None]:
    global now, most
    with _lock:
        now += 1
        if now > most:
            most = now
            print(f"most {most}", flush=True)
    try:
        yield
    finally:
        with _lock:
            now -= 1
