"""What Python's own clients get: reads one JSON job from standard input, writes its result as JSON."""

import base64
import json
import socket
import sys
import time

import httpx
from websockets.sync.client import connect


def exchange(job: dict) -> list:
    """Each request's status, headers and body, exactly as they came."""
    answers = []
    with httpx.Client(base_url=f"http://127.0.0.1:{job['port']}", trust_env=False, timeout=20) as client:
        for request in job["requests"]:
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


def echo(job: dict) -> dict:
    """What a WebSocket gives back for each message, and how it is closed."""
    connection = socket.create_connection(("127.0.0.1", job["port"]))
    with connect(f"ws://{job['host']}{job['path']}", sock=connection, proxy=None) as web_socket:
        received = []
        for message in job["messages"]:
            web_socket.send(message)
            received.append(web_socket.recv(timeout=20))
        pong_within = web_socket.ping().wait(timeout=20)
    return {"received": received, "pong": pong_within, "closed": web_socket.protocol.close_code}


JOBS = {"exchange": exchange, "lines": lines, "echo": echo}
job = json.load(sys.stdin)
json.dump(JOBS[job["job"]](job), sys.stdout)
