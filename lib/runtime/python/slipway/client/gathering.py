"""Waiting for several calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.function_call import FunctionCall


class Gather:
    """Waits for one call after the other, which takes as long as the longest; ``.aio`` for all at once, and so it raises as soon
    as one of them does."""

    def __call__(self, *calls: FunctionCall) -> list[Any]:
        return [call.get() for call in calls]

    async def aio(self, *calls: FunctionCall) -> list[Any]:
        import asyncio

        waiting = [asyncio.ensure_future(call.get.aio()) for call in calls]
        try:
            return await asyncio.gather(*waiting)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
