"""The port that the gateway forwards to, and what the two servers agree on with it."""

from __future__ import annotations

import errno
import socket

from slipway.errors import StartError

# Gateway and app share one network namespace, so nothing else has to reach the app.
HOST = "127.0.0.1"
# Connections that wait to be accepted.
BACKLOG = 2048
# The gateway lets an idle connection go after 1 s; the app must never be the first to close one.
KEEP_ALIVE_SECONDS = 60
# The gateway accepts 64 KiB of headers and adds its own.
MAX_HEADER_BYTES = 128 * 1024


def bind(port: int) -> socket.socket:
    """Take the port without accepting connections yet: the gateway counts an open port as a ready app."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise cannot_open(port, error) from error
    return listener


def cannot_open(port: int, error: OSError) -> StartError:
    """Say why the port cannot be served, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return StartError(f"port {port} is in use. Stop the program that has it, or choose another (--port or PORT).")
    return StartError(f"port {port} cannot be opened: {error.strerror}. Choose another (--port or PORT).")
