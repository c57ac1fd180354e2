"""JSON of others that can be kept: what a store would refuse or change is no value, but a text."""

import math

MAX_DEPTH = 32
"""Objects and lists inside one another, as of a request's body. Cosmos DB keeps 128 levels with
those around it."""
LARGEST = 2**53 - 1
"""Beyond it two whole numbers may be kept as the same one (IEEE 754)."""


def is_storable(value: object) -> bool:
    """Whether this JSON value is kept as it is: not too deep, every number exact, every text one
    that can be sent. It calls itself for nothing: what it looks at may be very deep."""
    left: list[tuple[object, int]] = [(value, 1)]
    while left:
        found, depth = left.pop()
        if not isinstance(found, dict | list):
            if not _is_kept(found):
                return False
            continue
        if depth > MAX_DEPTH:
            return False
        if isinstance(found, dict):
            left += ((name, depth) for name in found)
        inside = found.values() if isinstance(found, dict) else found
        left += ((each, depth + 1) for each in inside)
    return True


def _is_kept(value: object) -> bool:
    match value:
        case None | bool():
            return True
        case int():
            return abs(value) <= LARGEST
        case float():
            return math.isfinite(value)
        case str():
            # Half of a surrogate pair is a legal JSON string, and none that UTF-8 can hold.
            return value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value)
        case _:
            return False
