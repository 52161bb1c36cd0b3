"""Kind ``fastapi``: one plain function as a web endpoint."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from slipway.errors import StartError
from slipway.handler import Handler


def fastapi_endpoint(
    handler: Handler, function: Callable[..., Any], *, method: str, docs: bool, threads: int
) -> FastAPI:
    """An app whose one route, ``/``, is the function; its parameters and result mean what they mean in FastAPI.

    Up to ``threads`` calls of a sync function run at the same time, and FastAPI's own 40 if that is more. Every origin may call it, as with Modal's endpoint of this name.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise StartError(
            f"handler {handler} is a generator (it yields). To stream, return its chunks in a response: "
            f"return StreamingResponse(chunks()), imported from fastapi.responses."
        )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        limiter = current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, threads)
        yield

    app = FastAPI(title=handler.name, openapi_url="/openapi.json" if docs else None, lifespan=lifespan)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
    )
    try:
        app.add_api_route("/", function, methods=[method])
    except Exception as error:
        # FastAPI reads the signature here: a type it cannot parse, a form without python-multipart.
        raise StartError(f"FastAPI cannot serve handler {handler}: {error}") from error
    warn_of_unsendable_body(handler, app, method)
    return app


def warn_of_unsendable_body(handler: Handler, app: FastAPI, method: str) -> None:
    """GET is the default method, and a function that takes a body is easily left with it."""
    route = app.routes[-1]
    body = [field.name for field in route.dependant.body_params] if isinstance(route, APIRoute) else []
    if method == "GET" and body:
        sys.stderr.write(
            f"slipway: {handler} reads {', '.join(body)} from the request's body, but answers GET, which clients send "
            f'without one. Set method: "POST" on the construct.\n'
        )
