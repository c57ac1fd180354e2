"""What an attack does, drawn from a seed: orders, the ERP's failures, blows at the workers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

type Kind = Literal["one task", "two tasks", "approved", "rejected", "stopped", "approval stopped"]
type FaultName = Literal[
    "cut after acting",
    "cut before acting",
    "500",
    "429 with Retry-After",
    "delay",
    "query cut",
    "query 503",
    "ledger slow behind the call",
]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many orders of each kind; `at_once` conversations are under way together.

    A blow falls up to `latest_blow` seconds behind an event of a run, at most `blows` times.
    """

    orders: Mapping[Kind, int]
    at_once: int
    workers: int
    latest_blow: float
    blows: int


BOUNDED = Effort(
    orders={
        "one task": 5,
        "two tasks": 2,
        "approved": 2,
        "rejected": 1,
        "stopped": 1,
        "approval stopped": 1,
    },
    at_once=6,
    workers=2,
    latest_blow=0.8,
    blows=5,
)
WHOLE = Effort(
    orders={
        "one task": 180,
        "two tasks": 80,
        "approved": 25,
        "rejected": 15,
        "stopped": 30,
        "approval stopped": 20,
    },
    at_once=30,
    workers=3,
    latest_blow=1.0,
    blows=1_000,
)
FAULTS: Mapping[FaultName, Mapping[str, object]] = {
    "cut after acting": {"service": "erp", "method": "POST", "cut": "mid"},
    "cut before acting": {"service": "erp", "method": "POST", "cut": "before"},
    "500": {"service": "erp", "method": "POST", "status": 500},
    "429 with Retry-After": {"service": "erp", "method": "POST", "status": 429, "retryAfter": 1},
    "delay": {"service": "erp", "method": "POST", "delayMs": 700},
    "query cut": {"service": "erp", "method": "GET", "path": "idempotencyKey", "cut": "before"},
    "query 503": {"service": "erp", "method": "GET", "path": "idempotencyKey", "status": 503},
    "ledger slow behind the call": {
        "service": "cosmos",
        "method": "PUT",
        "path": "effect-",
        "delayMs": 700,
    },
}
"""As the faults API takes them, with the service they hit. `mid` cuts the answer of a request that
was carried out."""
WEIGHTS: Mapping[FaultName, int] = {
    "cut after acting": 6,
    "cut before acting": 2,
    "500": 2,
    "429 with Retry-After": 1,
    "delay": 6,
    "query cut": 1,
    "query 503": 1,
    "ledger slow behind the call": 4,
}


@dataclass(frozen=True, slots=True)
class Order:
    """One message in a conversation of its own.

    `marks` occur nowhere else and lead from the ERP's records to the call that made them; `pause`
    is how many seconds after its message a run is stopped, or an approval decided.
    """

    kind: Kind
    message: str
    marks: tuple[str, ...]
    pause: float

    @property
    def makes_user(self) -> bool:
        return self.kind in ("approved", "rejected", "approval stopped")


def orders(effort: Effort, seed: int, batch: str) -> Sequence[Order]:
    """All orders in a random sequence; `batch` sets those of this attack apart from all others."""
    random = Random(seed)
    kinds: list[Kind] = [kind for kind, count in effort.orders.items() for _ in range(count)]
    random.shuffle(kinds)
    return [
        _order(kind, f"{batch}{number:04d}", random.uniform(0, 1.5))
        for number, kind in enumerate(kinds)
    ]


def _order(kind: Kind, mark: str, pause: float) -> Order:
    match kind:
        case "one task" | "stopped":
            text = f"Crea una tarea: revisar el lote {mark}, para el 2036-12-04"
            return Order(kind, text, (mark,), pause)
        case "two tasks":
            first, second = f"{mark}1", f"{mark}2"
            text = (
                f"Crea dos tareas: revisar el lote {first} para el 2036-12-04 "
                f"y archivar el lote {second} para el 2036-12-11"
            )
            return Order(kind, text, (first, second), pause)
        case "approved" | "rejected" | "approval stopped":
            text = f"Da de alta a Carmen Ruiz, carmen.{mark}@valdeoro.example, como empleada"
            return Order(kind, text, (mark,), pause)


def failures(seed: int) -> Iterator[FaultName]:
    """Without an end."""
    random = Random(f"faults {seed}")
    while True:
        yield random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
