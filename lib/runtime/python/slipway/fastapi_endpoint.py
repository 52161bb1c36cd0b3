"""Kind ``fastapi``: one plain function as a web endpoint."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from slipway.errors import StartError
from slipway.handler import Handler


def fastapi_endpoint(handler: Handler, function: Callable[..., Any], *, method: str, docs: bool) -> FastAPI:
    """An app whose one route, ``/``, is the function; its parameters and result mean what they mean in FastAPI.

    Every origin may call it, as with Modal's endpoint of this name.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise StartError(
            f"{handler} is a generator (it yields). To stream, return its chunks in a response: "
            f"return StreamingResponse(chunks()), imported from fastapi.responses."
        )
    app = FastAPI(title=handler.name, openapi_url="/openapi.json" if docs else None)
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
    )
    try:
        app.add_api_route("/", function, methods=[method])
    except Exception as error:
        # FastAPI reads the signature here: a type it cannot parse, a form without python-multipart.
        raise StartError(f"FastAPI cannot serve {handler}: {error}") from error
    return app
