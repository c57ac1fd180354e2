"""An event loop whose time jumps to the next timer: waiting costs nothing, order is exact."""

import asyncio
import selectors
from collections.abc import Coroutine


class JumpingSelector(selectors.SelectSelector):
    """Never waits: what would have been waited is added to `now`, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits for something that nobody will ever do")
        if not ready and timeout is not None and timeout > 0:
            self.now += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_virtually[Result](program: Coroutine[object, object, Result]) -> Result:
    """Run to the end on a clock that starts at 0 and moves only while everybody waits."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(program)


def now() -> float:
    """Virtual seconds since the start."""
    return asyncio.get_running_loop().time()
