"""Values of every kind there and back, by the Python client; prints what came back, as JSON."""

import asyncio
import json

import slipway

echo = slipway.Function.from_name("job-queue", "echo")


async def not_blocking():
    calls = [await echo.spawn.aio("a", times=2), await echo.spawn.aio("b", times=3), await echo.spawn.aio([1])]
    return await slipway.FunctionCall.gather.aio(*calls)


large = len(echo.remote("abc" * 500_000, times=2)["value"])
print(json.dumps({"large": large, "results": asyncio.run(not_blocking())}))
