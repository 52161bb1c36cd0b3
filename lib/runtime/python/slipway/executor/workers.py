"""Which child runs which call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from slipway.call_context import CallKey
from slipway.executor.call_run import CallRun
from slipway.executor.console import Console
from slipway.executor.protocol import report
from slipway.executor.worker import Worker

# Before the code is loaded again after that failed; doubled each time.
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 15.0


class Workers:
    """A sync function has a child for each call that runs, and one more that is loaded and waits, up to ``max_inputs``: memory
    grows with the calls that really run at once, and only a burst waits for code to load. Children stay. An async function
    has one child.
    """

    def __init__(
        self,
        handler: str,
        folder: str,
        grace: float,
        max_inputs: int,
        console: Console,
        *,
        on_ready: Callable[[], None],
        on_failed: Callable[[str], None],
        on_idle: Callable[[], None],
    ) -> None:
        self._handler = handler
        self._folder = folder
        self._grace = grace
        self._max_inputs = max_inputs
        self._console = console
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._on_idle = on_idle
        self._waiting: deque[CallRun] = deque()
        self._failures = 0
        # Calls that one child runs at once; not known before the code is loaded.
        self._capacity = 0
        self._most = 1
        self._is_draining = False
        self._is_closed = False
        self._workers: list[Worker] = [self._make(0)]

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not any(worker.runs for worker in self._workers)

    def run(self, run: CallRun) -> None:
        self._waiting.append(run)
        self._advance()

    def runs(self) -> list[CallRun]:
        return [*self._waiting, *(run for worker in self._workers for run in worker.runs.values())]

    def cancel(self, key: CallKey, reason: str) -> bool:
        """Whether there is such a call."""
        for run in self._waiting:
            if run.key == key:
                self._waiting.remove(run)
                run.tell(report("cancelled", key))
                self._advance()
                return True
        for worker in self._workers:
            if key in worker.runs:
                worker.cancel(worker.runs[key], reason)
                return True
        return False

    def look(self) -> None:
        """Notice the children that have ended, and put others in their place."""
        for worker in list(self._workers):
            description = worker.ended()
            if description is not None:
                self._workers.remove(worker)
                self._replace(worker, description)
        self._advance()

    def drain(self) -> None:
        """No more calls come, so no child has to wait for one."""
        self._is_draining = True

    def close(self) -> None:
        """Let all children end by themselves."""
        self._is_closed = True
        for worker in self._workers:
            worker.close()

    def kill(self) -> None:
        for worker in self._workers:
            worker.kill()

    @property
    def count(self) -> int:
        """Children that have not ended."""
        return sum(worker.has_child for worker in self._workers)

    def _make(self, pause: float) -> Worker:
        return Worker(
            self._handler,
            self._folder,
            self._grace,
            self._console,
            pause=pause,
            on_loaded=self._loaded,
            on_room=self._advance,
            on_ended=self.look,
        )

    def _replace(self, worker: Worker, description: str) -> None:
        if self._is_closed:
            return
        if not self._capacity:
            self._on_failed(worker.load_failure or description)
            return
        if worker.load_failure:
            self._console.say(worker.load_failure)
        else:
            self._console.say(f"{description}; another takes its place")
        self._failures = 0 if worker.is_used else self._failures + 1

    def _loaded(self, is_async: bool) -> None:
        is_first = not self._capacity
        self._capacity = self._max_inputs if is_async else 1
        self._most = 1 if is_async else self._max_inputs
        if is_first:
            self._on_ready()
        self._advance()

    def _advance(self) -> None:
        while self._waiting and (worker := self._with_room()):
            worker.run(self._waiting.popleft())
        if not self._is_draining:
            self._with_room()
        if self.is_idle:
            self._on_idle()

    def _with_room(self) -> Worker | None:
        """One that is loaded, else one that will be, else a new one."""
        if not self._capacity or self._is_closed:
            return None
        room = [worker for worker in self._workers if len(worker.runs) < self._capacity]
        loaded = [worker for worker in room if worker.is_loaded]
        if room:
            return (loaded or room)[0]
        if len(self._workers) >= self._most:
            return None
        pause = min(_FIRST_PAUSE * 2 ** (self._failures - 1), _LONGEST_PAUSE) if self._failures else 0
        self._workers.append(self._make(pause))
        return self._workers[-1]
