"""What the host and its extensions say to each other about running one function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from emulator.host.retry_policy import RetryPolicy

type DatumKind = Literal["string", "json", "bytes", "http", "int", "double"]


@dataclass(frozen=True, slots=True)
class Datum:
    """One value on its way to or from a worker: `kind` is the field of the host's TypedData.

    `string` and `json` carry str (JSON text for `json`), `bytes` carries bytes, `int` and `double`
    carry numbers, `http` carries an HttpCall (inputs) or an HttpReply (results).
    """

    kind: DatumKind
    value: object


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The function returned: its return value and its named output bindings."""

    value: Datum | None
    outputs: tuple[tuple[str, Datum], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The function raised: `message` reads like `ValueError: bad`, `stack` is the traceback."""

    message: str
    stack: str = ""


type Outcome = Succeeded | Failed


class WorkerGone(Exception):  # noqa: N818 - a state of the world, not a mistake
    """The worker process died while (or before) it ran: the work must be run again."""


class NoWorker(WorkerGone):
    """No worker starts at present; the message says why, in a sentence for people."""


@dataclass(frozen=True, slots=True)
class RetryState:
    """Which retry a run is (1 is the first), of how many (-1: no limit), and what went wrong."""

    count: int
    limit: int
    failure: Failed


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """One indexed function: its name, its trigger binding and all its bindings (JSON objects).

    `entry_point` is the Python function in `script`; `retry` is what its decorator says.
    """

    name: str
    trigger: Mapping[str, object]
    bindings: tuple[Mapping[str, object], ...]
    entry_point: str = ""
    script: str = ""
    retry: RetryPolicy | None = None


class Invoker(Protocol):
    """Runs functions of the app; implemented by the pool of workers."""

    @property
    def is_loaded(self) -> bool:
        """Whether it is known which functions the app has."""
        ...

    async def loaded(self) -> None:
        """Wait until it is known which functions the app has: for ever while it is broken."""
        ...

    def functions(self, trigger_type: str) -> Mapping[str, FunctionInfo]:
        """The functions with that trigger (e.g. `activityTrigger`), by function name."""
        ...

    async def invoke(
        self,
        function: str,
        inputs: Sequence[tuple[str, Datum]],
        metadata: Mapping[str, Datum] | None = None,
    ) -> Outcome:
        """Run `function` once and wait for it; raises WorkerGone when its worker died."""
        ...
