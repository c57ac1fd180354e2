"""What an attack does, drawn from a seed: orders, the ERP's failures, blows at the workers."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

type Kind = Literal[
    "one task",
    "two tasks",
    "project with tasks",
    "approved",
    "rejected",
    "stopped",
    "approval stopped",
]
type FaultName = Literal[
    "cut after acting",
    "cut before acting",
    "500",
    "429 with Retry-After",
    "delay",
    "query cut",
    "query 503",
]


@dataclass(frozen=True, slots=True)
class Effort:
    """How many orders of each kind; `at_once` conversations are under way together.

    The same number is ordered again until `hits` runs have been hit, at most `MOST_DEALS` times. A
    blow falls up to `latest_blow` seconds behind an event of a run, at most `blows` times. It waits
    until `ends` runs have ended since the one before, and a while for `prey` runs to hit. Whatever
    the ERP has answered takes `ledger_ms` to be stored: there a death is worst.
    """

    orders: Mapping[Kind, int]
    at_once: int
    workers: int
    latest_blow: float
    blows: int
    hits: int
    ends: int
    prey: int
    ledger_ms: int


BOUNDED = Effort(
    orders={
        "one task": 5,
        "two tasks": 1,
        "project with tasks": 1,
        "approved": 2,
        "rejected": 1,
        "stopped": 1,
        "approval stopped": 1,
    },
    at_once=6,
    workers=2,
    latest_blow=0.8,
    blows=5,
    hits=0,
    ends=0,
    prey=1,
    ledger_ms=300,
)
WHOLE = Effort(
    orders={
        "one task": 40,
        "two tasks": 20,
        "project with tasks": 15,
        "approved": 7,
        "rejected": 4,
        "stopped": 8,
        "approval stopped": 6,
    },
    at_once=40,
    workers=2,
    latest_blow=0.5,
    blows=1_000,
    hits=300,
    ends=8,
    prey=12,
    ledger_ms=4_000,
)
MOST_DEALS = 20
FAULTS: Mapping[FaultName, Mapping[str, object]] = {
    "cut after acting": {"service": "erp", "method": "POST", "cut": "mid"},
    "cut before acting": {"service": "erp", "method": "POST", "cut": "before"},
    "500": {"service": "erp", "method": "POST", "status": 500},
    "429 with Retry-After": {"service": "erp", "method": "POST", "status": 429, "retryAfter": 1},
    "delay": {"service": "erp", "method": "POST", "delayMs": 1_000},
    "query cut": {"service": "erp", "method": "GET", "path": "idempotencyKey", "cut": "before"},
    "query 503": {"service": "erp", "method": "GET", "path": "idempotencyKey", "status": 503},
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

    @property
    def is_plain(self) -> bool:
        """Whether everybody may give it."""
        return self.kind in ("one task", "two tasks", "stopped")

    def kept_as(self, step: int) -> tuple[str, str]:
        """The ERP's collection for what this call makes, and the field that holds its mark."""
        if self.makes_user:
            return "users", "email"
        makes_project = self.kind == "project with tasks" and step == 0
        return ("projects", "name") if makes_project else ("tasks", "title")


def orders(effort: Effort, seed: int, batch: str) -> Iterator[Order]:
    """Deals of all kinds, each in a random sequence, one behind the other.

    `batch` sets those of this attack apart from all others.
    """
    random = Random(seed)
    numbers = itertools.count()
    for _ in range(MOST_DEALS):
        kinds: list[Kind] = [kind for kind, count in effort.orders.items() for _ in range(count)]
        random.shuffle(kinds)
        for kind in kinds:
            yield _order(kind, f"{batch}{next(numbers):04d}", random.uniform(0, 1.5))


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
        case "project with tasks":
            name, first, second = f"{mark}0", f"{mark}1", f"{mark}2"
            text = (
                f"Crea un proyecto llamado «Lote {name}» para el cliente Globex desde mañana "
                f"y dos tareas en él: revisar el lote {first} para el 2026-12-04 "
                f"y archivar el lote {second} para el 2026-12-11"
            )
            return Order(kind, text, (name, first, second), pause)
        case "approved" | "rejected" | "approval stopped":
            text = f"Da de alta a Carmen Ruiz, carmen.{mark}@valdeoro.example, como empleada"
            return Order(kind, text, (mark,), pause)


def failures(seed: int) -> Iterator[FaultName]:
    """Without an end."""
    random = Random(f"faults {seed}")
    while True:
        yield random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
