"""What Python's own clients get: reads one JSON job from standard input, writes its result as JSON."""

import base64
import json
import socket
import sys
import time

import httpx
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import connect


def exchange(job: dict) -> list:
    """Each request's status, headers and body, exactly as they came."""
    answers = []
    with httpx.Client(base_url=f"http://127.0.0.1:{job['port']}", trust_env=False, timeout=20) as client:
        for request in job["requests"]:
            # Each by itself, as with the other clients.
            client.cookies.clear()
            answer = client.request(
                request["method"],
                request["path"],
                headers={"accept-encoding": "identity", **request["headers"], "host": job["host"]},
                content=base64.b64decode(request["body"]) if "body" in request else None,
            )
            headers = [[name.decode().lower(), value.decode()] for name, value in answer.headers.raw]
            body = base64.b64encode(answer.content).decode()
            answers.append({"status": answer.status_code, "headers": headers, "body": body})
    return answers


def lines(job: dict) -> list:
    """Every line of a stream with the time at which it was read."""
    url = f"http://127.0.0.1:{job['port']}{job['path']}"
    with httpx.stream("GET", url, headers={"host": job["host"]}, trust_env=False, timeout=20) as answer:
        return [[time.time(), line] for line in answer.iter_lines()]


def web_socket(job: dict) -> dict:
    """The answer to a handshake; where it opens, what comes back for each message, and how it is closed."""
    connection = socket.create_connection(("127.0.0.1", job["port"]))
    try:
        url, offered = f"ws://{job['host']}{job['path']}", {name: job.get(name) for name in ("subprotocols", "origin")}
        with connect(url, sock=connection, proxy=None, **offered) as opened:
            received = []
            for message in job["messages"]:
                opened.send(message)
                received.append(opened.recv(timeout=20))
            pong = opened.ping().wait(timeout=20)
        closed = opened.protocol.close_code
        return {"answer": answer_of(opened.response), "received": received, "pong": pong, "closed": closed}
    except InvalidStatus as refused:
        return {"answer": answer_of(refused.response)}


def answer_of(response: Response) -> dict:
    headers = [[name.lower(), value] for name, value in response.headers.raw_items()]
    return {"status": response.status_code, "headers": headers, "body": base64.b64encode(response.body or b"").decode()}


JOBS = {"exchange": exchange, "lines": lines, "web-socket": web_socket}
job = json.load(sys.stdin)
json.dump(JOBS[job["job"]](job), sys.stdout)
