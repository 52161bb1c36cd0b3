"""What takes too long for a request. Plain functions: they run in containers of their own, one call at a time in each."""

import time

import slipway


def long_task(data: dict) -> dict:
    """Works through its steps; a call that is cancelled ends in the middle of one."""
    steps, seconds = int(data.get("steps", 5)), float(data.get("seconds", 1))
    for step in range(1, steps + 1):
        time.sleep(seconds)
        print(f"step {step} of {steps}")
    return {"result": "done", "steps": steps}


def flaky_task(data: dict) -> dict:
    """Fails the first times, as what depends on others does. Slipway tries it again, later each time."""
    attempt = slipway.current_attempt()
    if attempt <= int(data.get("failures", 2)):
        raise ConnectionError(f"the warehouse did not answer attempt {attempt}")
    return {"result": "done", "attempts": attempt}
