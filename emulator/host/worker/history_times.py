"""Reads the times of Durable's history without guessing their format.

The SDK 1.x parses the time of every event of the whole history in every episode with dateutil,
which takes two thirds of an episode. The extension writes one format only; for it, and only in
the SDK's own module of history events, the same datetime comes from the standard library.
"""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import cast

_MODULE = "azure.durable_functions.models.history.HistoryEvent"
_PARSER = "dt_parse"
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z", re.ASCII)
_MOST_REMEMBERED = 4096

type Parse = Callable[[str], datetime]


def read_history_times_fast() -> None:
    """Give the SDK the faster reader, if the app has imported the SDK and it is one we know."""
    module: ModuleType | None = sys.modules.get(_MODULE)
    guess = getattr(module, _PARSER, None)
    if module is not None and callable(guess):
        setattr(module, _PARSER, faster(cast("Parse", guess)))


def faster(guess: Parse) -> Parse:
    """`guess` (dateutil's parse) for every text but those as the extension writes them."""
    # Its own idea of UTC: the local zone, where that is UTC.
    zone = guess("2000-01-01T00:00:00Z").tzinfo

    # Each event comes again in every later episode.
    @lru_cache(_MOST_REMEMBERED)
    def parse(text: str) -> datetime:
        if _WRITTEN.fullmatch(text) is None:
            return guess(text)
        try:
            return datetime.fromisoformat(text).replace(tzinfo=zone)
        except ValueError:
            return guess(text)

    return parse
