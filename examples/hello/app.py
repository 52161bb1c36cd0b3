"""Two plain functions. Slipway makes an HTTP endpoint of each; nothing here knows about AWS."""


def hello(name: str = "World") -> dict:
    return {"message": f"Hello, {name}!"}


def process(body: dict) -> dict:
    return {"received": body}
