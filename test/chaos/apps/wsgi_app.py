"""A WSGI app, which counts all that is in it."""

import hashlib
import json
import time
from collections.abc import Iterator
from urllib.parse import parse_qs

import counted

PIECE = b"x" * 65536


def app(environ, start_response):
    if environ["PATH_INFO"] == "/inside":
        start_response("200 OK", [])
        return [json.dumps({"now": counted.now, "most": counted.most}).encode()]
    return body(environ, start_response)


def body(environ, start_response) -> Iterator[bytes]:
    with counted.inside():
        query = {name: float(values[0]) for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        yield from serve(environ["PATH_INFO"], query, environ, start_response)


def serve(path: str, query: dict[str, float], environ, start_response) -> Iterator[bytes]:
    def answer(text: str, status: str = "200 OK") -> bytes:
        start_response(status, [("Content-Length", str(len(text)))])
        return text.encode()

    if path in ("/work", "/sync"):
        time.sleep(query.get("ms", 0) / 1000)
        yield answer("worked")
    elif path == "/echo":
        length, digest = 0, hashlib.sha1()
        while chunk := environ["wsgi.input"].read(65536):
            length += len(chunk)
            digest.update(chunk)
        yield answer(f"{length} {digest.hexdigest()}")
    elif path == "/large":
        pieces = int(query["pieces"])
        start_response("200 OK", [("Content-Length", str(pieces * len(PIECE)))])
        for _ in range(pieces):
            yield PIECE
    elif path == "/events":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        for i in range(int(query["n"])):
            time.sleep(query["ms"] / 1000)
            yield f"id: {i + 1}\ndata: event {i + 1}\n\n".encode()
    elif path == "/break":
        start_response("200 OK", [("Content-Length", "1000")])
        yield b"x" * 100
        raise RuntimeError("broken on purpose")
    else:
        yield answer("boom", "500 Internal Server Error")
