"""What an operation of the API is, before it is written as OpenAPI."""

from dataclasses import dataclass
from typing import Any, Literal

from shared.contracts.base import Contract, Inbound

JSON = "application/json"
AGENT_JSON = "application/vnd.agent+json"

EVERYWHERE = ("401", "500", "503", "504")
"""No valid token, a defect of ours, a service that is away or late."""
WITH_A_BODY = ("400", "413", "415")
OF_A_RUN = ("403", "404", "409", "410", "422", "429")
"""A run fails with whatever its steps failed with."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: Literal["path", "query", "header"]
    text: str
    kind: Literal["string", "integer"] = "string"
    limits: tuple[tuple[str, int | str], ...] = ()
    """Keywords of JSON Schema."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is no error. `models` are its forms as JSON; `events` the union, or the forms,
    that it streams to whoever accepts `text/event-stream` or asks for it otherwise, and
    `closed_by` what stands behind the last, where it is no JSON."""

    status: str
    text: str
    models: tuple[type[Contract], ...] = ()
    events: tuple[type[Contract], ...] | Literal["RunEvent", "TimelineEvent"] = ()
    headers: tuple[tuple[str, str], ...] = ()
    examples: tuple[tuple[str, dict[str, Any]], ...] = ()
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `errors` are those besides what its form brings with it; without a
    token (`open`) there is none. `told_as` is their form where it is not that of a problem."""

    method: Literal["get", "post", "put", "patch", "delete"]
    path: str
    name: str
    summary: str
    replies: tuple[Reply, ...]
    parameters: tuple[Parameter, ...] = ()
    body: type[Inbound] | None = None
    media_types: tuple[str, ...] = (JSON,)
    body_required: bool = True
    examples: tuple[tuple[str, dict[str, Any]], ...] = ()
    errors: tuple[str, ...] = ()
    open: bool = False
    told_as: type[Contract] | None = None

    @property
    def every_error(self) -> tuple[str, ...]:
        if self.open:
            return ("500",)
        codes = {*EVERYWHERE, *self.errors}
        if self.body is not None:
            codes |= {*WITH_A_BODY}
        if any(each.place == "path" for each in self.parameters):
            codes.add("404")
        if any(each.place == "query" for each in self.parameters):
            codes.add("400")
        return tuple(sorted(codes))
