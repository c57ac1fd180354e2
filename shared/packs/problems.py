"""What is wrong in a pack, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.errors import ConfigurationError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`file` begins with the pack's folder; `line` counts from 1."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


def refuse(problems: Iterable[Problem]) -> None:
    """Raises ConfigurationError with all problems, one a line, if there are any."""
    if found := sorted(set(problems)):
        raise ConfigurationError("\n".join(map(str, found)))
