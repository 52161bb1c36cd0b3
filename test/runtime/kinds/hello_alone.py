"""The functions of examples/hello as routes that a team would write itself, with the CORS that a FastApiEndpoint has."""

import os

from app import hello, process
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

mounted_at = os.environ.get("SCRIPT_NAME", "")

greet = FastAPI(openapi_url=None, root_path=mounted_at)
greet.get("/")(hello)

submit = FastAPI(title="process", root_path=mounted_at)
submit.post("/")(process)

for app in (greet, submit):
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"]
    )
