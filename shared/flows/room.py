"""The room that values take as JSON, and how much of it one node may fill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.flows.names import MAX_VARIABLES_BYTES

TOO_LARGE = "variables_too_large"


class NoRoomError(Exception):
    """A node would make more of its variables than a run may keep."""


@dataclass(slots=True)
class Room:
    """What the texts and values of one node may still come to."""

    left: int = MAX_VARIABLES_BYTES

    def take(self, value: Any) -> Any:
        """The value. Raises NoRoomError."""
        self.left -= weight_of(value)
        if self.left < 0:
            raise NoRoomError
        return value


def weight_of(value: Any) -> int:
    """Characters of it as JSON, at least; counted no further than what a run may keep."""
    weight, rest = 0, [value]
    while rest and weight <= MAX_VARIABLES_BYTES:
        match rest.pop():
            case str() as text:
                weight += len(text) + 2
            case Mapping() as members:
                weight += 1 + sum(len(name) + 4 for name in members)
                rest.extend(members.values())
            case list() | tuple() as items:
                weight += 1 + len(items)
                rest.extend(items)
            case _:
                weight += 1
    return weight
