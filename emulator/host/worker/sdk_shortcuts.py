"""Two shortcuts for the Durable SDK 1.x, whose results are the same to the last bit.

In every episode the SDK guesses the format of the time of each event of the whole history with
dateutil, and makes a class of named tuples anew: together three quarters of an episode's CPU. Only
the names that those two modules of the SDK look up are replaced; a release of the SDK that does
without them is left alone.
"""

import re
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import cast

_EVENTS = "azure.durable_functions.models.history.HistoryEvent"
_EXECUTOR = "azure.durable_functions.models.TaskOrchestrationExecutor"
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z", re.ASCII)
_MOST_TIMES = 4096

type Parse = Callable[[str], datetime]
type MakeClass = Callable[[str, Iterable[str]], type]


def take_shortcuts() -> None:
    """Give the SDK the faster functions, if the app has imported it."""
    _replace(_EVENTS, "dt_parse", lambda found: faster_parse(cast("Parse", found)))
    _replace(_EXECUTOR, "namedtuple", lambda found: classes_made_once(cast("MakeClass", found)))


def _replace(module_name: str, name: str, faster: Callable[[object], object]) -> None:
    module = sys.modules.get(module_name)
    found = getattr(module, name, None)
    if module is not None and callable(found):
        setattr(module, name, faster(found))


def faster_parse(guess: Parse) -> Parse:
    """`guess` (dateutil's parse) for every text but those as the extension writes them."""
    # Its own idea of UTC: the local zone, where that is UTC.
    zone = guess("2000-01-01T00:00:00Z").tzinfo

    # Each event comes again in every later episode.
    @lru_cache(_MOST_TIMES)
    def parse(text: str) -> datetime:
        if _WRITTEN.fullmatch(text) is None:
            return guess(text)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone)
        except ValueError:
            return guess(text)

    return parse


def classes_made_once(make: MakeClass) -> MakeClass:
    """`make` (namedtuple), which gives the same class for the same name and fields."""

    @lru_cache
    def once(name: str, fields: tuple[str, ...]) -> type:
        return make(name, fields)

    return lambda name, fields: once(name, tuple(fields))
