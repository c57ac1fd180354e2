"""What one turn takes, as `./eira bench capacity` has measured it: `measured.json`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

FILE = Path(__file__).with_name("measured.json")
WORKERS = ("http", "steps")
"""Roles that run in the Function App's own instances; `host` is shared by both."""


class _Measured(BaseModel):
    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_alias=True, extra="forbid"
    )


class Stored(_Measured):
    """What a turn leaves behind in a container."""

    items: float
    bytes: int


class Turn(_Measured):
    """Means of one kind of turn. `call_tokens`: what each model call writes, the answer's last;
    `cpu_ms` by process, one turn at a time and an instant model; spans without those of stores."""

    answer_tokens: int
    total_ms: float
    request_units: Mapping[str, float]
    stored_bytes: Mapping[str, Stored]
    steps: tuple[str, ...]
    hops_to_first_token: int
    activities: int
    actions: int
    prompt_tokens: int
    completion_tokens: int
    model_calls: float
    call_tokens: tuple[int, ...]
    embeddings: float
    cpu_ms: Mapping[str, float]
    spans: float
    span_bytes: int

    @property
    def all_units(self) -> float:
        """Request units of all containers."""
        return sum(self.request_units.values())

    @property
    def searches(self) -> int:
        return self.steps.count("retrieve")


class LoopMeasured(_Measured):
    """A closed loop of so many conversations, each with its next message after the answer."""

    kind: str
    conversations: int
    turns_per_second: float
    cpu_ms: Mapping[str, float]
    cores_of_others: float


class Machine(_Measured):
    at: str
    cores: int
    processor: str
    memory_mb: int
    system: str
    python: str
    load_average: tuple[float, ...]


class Measured(_Measured):
    machine: Machine
    turns: Mapping[str, Turn]
    loops: tuple[LoopMeasured, ...]

    def of(self, kind: str) -> Turn:
        """By the name of the command line (`small-talk`) or of the bench (`small talk`)."""
        return self.turns[kind.replace("-", " ")]


@cache
def read_measured(file: Path = FILE) -> Measured:
    return Measured.model_validate_json(file.read_bytes())
