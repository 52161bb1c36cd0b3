"""How a WebSocket ends, as one of its sides sees it."""

from websockets.exceptions import ConnectionClosed


async def ending(ws) -> list:
    """Reads on until the connection is closed: its code, its reason, and the error of the connection below, if any."""
    try:
        while True:
            await ws.recv()
    except ConnectionClosed as closed:
        cause = closed.__cause__
        return [ws.close_code, ws.close_reason, type(cause).__name__ if cause else None]
