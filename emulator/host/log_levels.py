"""Which log records are shown: `logging.logLevel` of host.json, by category.

Source: "Configure log levels", Azure Functions monitoring. Here the host writes in categories
below `Host`, a function in `Function.<name>.User`; the longest name that a category begins with
decides, `default` where there is none.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}

type CategoryOf = Callable[[logging.LogRecord], str]


@dataclass(frozen=True, slots=True)
class LogLevels:
    """Numbers of `logging` by category, longest name first; names are in lower case."""

    default: int = logging.INFO
    categories: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of_names(cls, named: Mapping[str, object]) -> "LogLevels":
        """From names as host.json has them; one that is unknown counts as Information."""
        levels = {
            category.lower(): _LEVELS.get(str(level).lower(), logging.INFO)
            for category, level in named.items()
        }
        default = levels.pop("default", logging.INFO)
        longest_first = sorted(levels.items(), key=lambda one: len(one[0]), reverse=True)
        return cls(default, tuple(longest_first))

    @classmethod
    def from_text(cls, text: str) -> "LogLevels":
        """What `text()` wrote."""
        default, categories = json.loads(text)
        return cls(default, tuple((name, level) for name, level in categories))

    def text(self) -> str:
        """For a command line."""
        return json.dumps([self.default, self.categories])

    @property
    def lowest(self) -> int:
        """What is below this is shown in no category."""
        return min(self.default, *(level for _, level in self.categories), logging.CRITICAL + 1)

    def level_of(self, category: str) -> int:
        """The level from which on records of a category are shown."""
        wanted = category.lower()
        return next((lvl for name, lvl in self.categories if wanted.startswith(name)), self.default)


def host_category(record: logging.LogRecord) -> str:
    """The category of a record of the host itself."""
    return record.name if record.name.startswith("host") else f"host.{record.name}"
