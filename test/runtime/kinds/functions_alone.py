"""A plain function as the route that a team would write itself, with the CORS that a FastApiEndpoint has."""

import os
from collections.abc import Callable

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def alone(method: str, function: Callable, *, docs: bool = False) -> FastAPI:
    app = FastAPI(
        title=function.__name__,
        openapi_url="/openapi.json" if docs else None,
        root_path=os.environ.get("SCRIPT_NAME", ""),
    )
    app.add_api_route("/", function, methods=[method])
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
    )
    return app
