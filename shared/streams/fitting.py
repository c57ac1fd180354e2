"""What a flow leaves behind, as items of the store: one takes 2 MB of JSON, and runs say more."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, takewhile

from shared.contracts.base import Contract
from shared.contracts.conversations import Exchange, Turn
from shared.contracts.runs import ToolOutcome

TEXT_BYTES = 500_000
CITATIONS_BYTES = 300_000
ENTITIES_BYTES = 100_000
MOST_EFFECTS = 1_000
MORE = " …"
RESULTS_BYTES = 1_200_000
"""Of JSON as it is sent, where a letter with an accent takes six."""


def fitting_turn(turn: Turn) -> Turn:
    """All of it, or what has room. The run's log has the whole; that something is missing is told
    as of an answer that became too long."""
    fits = turn.model_copy(
        update={
            "text": cut(turn.text, TEXT_BYTES),
            "exchanges": tuple(_cut_exchanges(turn.exchanges)),
            "citations": _beginning(turn.citations, CITATIONS_BYTES),
            "entities": _beginning(turn.entities, ENTITIES_BYTES),
            "effects": turn.effects[:MOST_EFFECTS],
        }
    )
    whole = fits == turn or turn.finish_reason != "stop"
    return fits if whole else fits.model_copy(update={"finish_reason": "length"})


def fitting_results(outcomes: Sequence[ToolOutcome]) -> tuple[ToolOutcome, ...]:
    """All of them, or what has room: what they changed goes before what they found, and each goes
    before its result and arguments. The run has the whole."""
    if _size_of(outcomes) <= RESULTS_BYTES:
        return tuple(outcomes)
    bare = [each.model_copy(update={"args": {}, "result": None}) for each in outcomes]
    changing = [place for place, each in enumerate(bare) if each.effect_id is not None]
    order = [*changing, *sorted(set(range(len(bare))) - set(changing))]
    told = order[: len(_beginning([bare[place] for place in order], RESULTS_BYTES))]
    left = RESULTS_BYTES - _size_of(bare[place] for place in told)
    for place in told:
        more = _size_of([outcomes[place]]) - _size_of([bare[place]])
        if more <= left:
            bare[place], left = outcomes[place], left - more
    return tuple(bare[place] for place in sorted(told))


def cut(text: str, most: int) -> str:
    """Its beginning, of at most so many bytes of JSON."""
    if _bytes_of(text) <= most:
        return text
    text = text[:most]
    end = bisect_right(range(len(text)), most, key=lambda end: _bytes_of(text[:end])) - 1
    return text[: max(end, 0)]


def shortened(text: str, most: int) -> str:
    """As `cut`; that something is missing is seen at its end."""
    return text if _bytes_of(text) <= most else cut(text, most - _bytes_of(MORE)) + MORE


def _cut_exchanges(exchanges: Sequence[Exchange]) -> Iterable[Exchange]:
    left = TEXT_BYTES
    for each in exchanges:
        message = cut(each.message, left)
        left -= _bytes_of(message)
        text = cut(each.text, max(0, left))
        left -= _bytes_of(text)
        if message or text:
            yield Exchange(message=message, text=text)
        if left <= 0:
            return


def _beginning[Item: Contract](items: Sequence[Item], most: int) -> tuple[Item, ...]:
    sizes = accumulate(_size_of([each]) for each in items)
    pairs = zip(items, sizes, strict=True)
    return tuple(each for each, _ in takewhile(lambda pair: pair[1] <= most, pairs))


def _size_of(items: Iterable[Contract]) -> int:
    return sum(len(json.dumps(each.wire())) + 1 for each in items)


def _bytes_of(text: str) -> int:
    return len(json.dumps(text))
