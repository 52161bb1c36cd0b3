"""What a program beside the app does with the Python client; prints what came of it, as JSON."""

import asyncio
import builtins
import json
import time
import uuid

import slipway

flaky = slipway.Function.from_name("job-queue", "flaky-task")
long = slipway.Function.from_name("job-queue", "long-task")


def name_of(attempt):
    try:
        attempt()
    except BaseException as error:
        return type(error).__name__
    return "nothing"


async def name_of_aio(attempt):
    try:
        await attempt
    except BaseException as error:
        return type(error).__name__
    return "nothing"


def running(call):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if call.status() == "RUNNING":
            return call
    raise AssertionError(f"{call.object_id} never ran")


def blocking():
    call = long.spawn({"steps": 1, "seconds": 1})
    try:
        open_ = call.get(timeout=0)
    except builtins.TimeoutError as error:
        open_ = f"{type(error).__module__}.{type(error).__name__}"
    key = uuid.uuid4().hex
    again = [long.spawn({"steps": 0}, idempotency_key=key).object_id for _ in range(2)]
    conflict = name_of(lambda: long.spawn({"steps": 1}, idempotency_key=key))
    result = slipway.FunctionCall.from_id(call.object_id).get(timeout=30)
    cancelled = running(long.spawn({"steps": 600, "seconds": 0.1}))
    cancelled.cancel()
    try:
        failed = flaky.remote({"failures": 9})
    except ConnectionError as error:
        failed = [type(error).__name__, type(error.__cause__).__name__, str(error)]
    return {
        "open": open_,
        "result": result,
        "again": again[0] == again[1],
        "conflict": conflict,
        "cancelled": name_of(lambda: cancelled.get(timeout=30)),
        "failed": failed,
        "large": long.remote({"steps": 0, "padding": "abc" * 1_000_000}),
    }


async def not_blocking():
    calls = [await flaky.spawn.aio({"failures": failures}) for failures in range(3)]
    results = await slipway.FunctionCall.gather.aio(*calls)
    call = await long.spawn.aio({"steps": 600, "seconds": 0.1})
    await call.cancel.aio()
    return {
        "results": results,
        "cancelled": await name_of_aio(call.get.aio(timeout=30)),
        "missing": await name_of_aio(slipway.Function.from_name("job-queue", "nothing").spawn.aio()),
    }


print(json.dumps({"sync": blocking(), "aio": asyncio.run(not_blocking())}))
