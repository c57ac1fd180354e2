"""What the caller wants back (RFC 9110 section 12.5.1, RFC 7240)."""

import re
from collections.abc import Iterator

from azurefunctions.extensions.http.fastapi import Request

EVENTS = "text/event-stream"
JSON = "application/json"
WEIGHT = re.compile(r"0(\.\d*)?|1(\.0*)?", re.ASCII)
"""RFC 9110, section 12.4.2, but with as many digits as somebody likes."""


def wants_events(request: Request) -> bool:
    """SSE when Accept prefers it; `*/*`, nothing, and a tie mean JSON. So does a header that allows
    neither: an answer that somebody can read does more for them than a 406, and errors are JSON
    anyway (RFC 9110, section 12.4.1, leaves it to us)."""
    accept = request.headers.get("accept", "*/*")
    return _quality(accept, EVENTS, wildcards=False) > _quality(accept, JSON, wildcards=True)


def wants_no_waiting(request: Request) -> bool:
    preferences = request.headers.get("prefer", "").lower().split(",")
    return "respond-async" in (preference.strip() for preference in preferences)


def _quality(accept: str, media_type: str, wildcards: bool) -> float:
    major = media_type.partition("/")[0]
    specific = {media_type: 3, f"{major}/*": 2, "*/*": 1} if wildcards else {media_type: 3}
    best: tuple[int, float] = (0, 0.0)
    for name, quality in weighted(accept):
        if name in specific:
            best = max(best, (specific[name], quality))
    return best[1]


def weighted(header: str) -> Iterator[tuple[str, float]]:
    """What a header of preferences names, in lower case and in its order, with the weight of
    each."""
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        yield name, _q(parameters)


def _q(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0
