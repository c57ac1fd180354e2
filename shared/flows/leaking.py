"""Values that are for the simulator only: none of them leaves the interpreter.

A variable that the simulator made up, or that somebody typed in there, is an object with
`__meta.simOnly`. A variable that is set to it is one too; in a request, in what is said, in a text
and in an expression a marker stands in its place.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.flows.names import SIM_META, SIM_ONLY


def is_sim_only(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and isinstance(meta := value.get(SIM_META), Mapping)
        and meta.get("simOnly") is True
    )


def holds_sim_only(value: Any) -> bool:
    """It, or anything within it."""
    match value:
        case Mapping():
            return is_sim_only(value) or any(map(holds_sim_only, value.values()))
        case list() | tuple():
            return any(map(holds_sim_only, value))
        case _:
            return False


def concealed(value: Any) -> Any:
    """The same with a marker for every value of the simulator."""
    match value:
        case Mapping() if is_sim_only(value):
            return SIM_ONLY
        case Mapping():
            return {name: concealed(each) for name, each in value.items()}
        case list() | tuple():
            return [concealed(each) for each in value]
        case _:
            return value


def leaks_in(value: Any, place: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Where markers stand."""
    match value:
        case str():
            if SIM_ONLY in value:
                yield place
        case Mapping():
            for name, each in value.items():
                yield from leaks_in(each, (*place, str(name)))
        case list() | tuple():
            for index, each in enumerate(value):
                yield from leaks_in(each, (*place, index))
        case _:
            return
