"""The job queue pattern: submit a job, get its id at once, ask for the result later."""

import os
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

import slipway
from fastapi import FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse

TASKS = {
    "long-task": slipway.Function.from_name("job-queue", "long-task"),
    "flaky-task": slipway.Function.from_name("job-queue", "flaky-task"),
}

web_app = FastAPI(title="job-queue")


@web_app.get("/health")
def health() -> dict:
    return {"status": "ok"}


@web_app.get("/", include_in_schema=False)
def page() -> FileResponse:
    return FileResponse(Path(__file__).with_name("page.html"))


@web_app.post("/submit")
async def submit(data: dict, task: str = "long-task", idempotency_key: str | None = Header(None)) -> dict:
    """Who sends the same job twice under one key gets the same call."""
    if task not in TASKS:
        raise HTTPException(404, f"there is no task {task}")
    call = await TASKS[task].spawn.aio(data, idempotency_key=idempotency_key)
    return {"call_id": call.object_id}


@web_app.get("/result/{call_id}")
async def result(call_id: str):
    call = slipway.FunctionCall.from_id(call_id)
    try:
        return await call.get.aio(timeout=0)
    except slipway.OutputExpiredError:
        raise HTTPException(410, "the result is no longer kept") from None
    except TimeoutError:
        return JSONResponse({"status": "pending"}, 202)
    except slipway.SlipwayError:
        raise
    except Exception as error:
        # The function's own: it is raised again here.
        return problem(error, 500)


@web_app.post("/cancel/{call_id}", status_code=202)
async def cancel(call_id: str) -> dict:
    """A job that waits is cancelled at once; one that runs is told to stop."""
    await slipway.FunctionCall.from_id(call_id).cancel.aio()
    return {"call_id": call_id}


@web_app.get("/status/{call_id}")
def status(call_id: str) -> Response:
    """All that is known of a call, as the calls API beside every app tells it to programs in any language."""
    calls_url = os.environ["SLIPWAY_CALLS_URL"]
    try:
        answer = build_opener(ProxyHandler({})).open(f"{calls_url}/v1/calls/{quote(call_id, safe='')}", timeout=10)
    except HTTPError as refusal:
        answer = refusal
    with answer:
        return Response(answer.read(), answer.status, media_type="application/json")


ANSWERS = {
    slipway.ConflictError: 409,
    slipway.InvalidCallError: 404,
    slipway.NotFoundError: 404,
    slipway.NotGrantedError: 403,
    slipway.TooManyPendingError: 429,
    slipway.UnavailableError: 503,
}


@web_app.exception_handler(slipway.SlipwayError)
async def told(request: Request, error: slipway.SlipwayError) -> JSONResponse:
    """What Slipway refuses, and what became of a job that has no result."""
    return problem(error, ANSWERS.get(type(error), 500))


def problem(error: Exception, status_code: int) -> JSONResponse:
    return JSONResponse({"error": {"type": type(error).__name__, "message": str(error)}}, status_code)
