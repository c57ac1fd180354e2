"""Reads server-sent events (WHATWG HTML, section 9.2.6) as EIRA sends them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

TERMINAL = frozenset({"done", "error"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a run: its number in the run's log (from 1) and its fields as sent."""

    number: int
    fields: dict[str, object]

    @property
    def type(self) -> str:
        return str(self.fields.get("type", ""))

    @property
    def is_terminal(self) -> bool:
        return self.type in TERMINAL

    def text(self, name: str) -> str:
        """The field as text; empty when it is not there."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def items(self, name: str) -> list[dict[str, object]]:
        """The objects in a list field; empty when it is not there."""
        value = self.fields.get(name)
        if not isinstance(value, list):
            return []
        return [cast(dict[str, object], item) for item in value if isinstance(item, dict)]


def read_events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events in a response's lines; one that was cut off is dropped, as the standard says."""
    number = 0
    data: list[str] = []
    for raw in lines:
        if not raw.endswith(b"\n"):
            # The connection was cut inside this line.
            return
        line = raw.decode("utf-8").rstrip("\r\n")
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "" if not line:
                if data:
                    yield Event(number, json.loads("\n".join(data)))
                data = []
            case "id":
                number = int(value)
            case "data":
                data.append(value)
            case _:
                # Comments keep the connection alive; other fields say nothing that data lacks.
                continue
