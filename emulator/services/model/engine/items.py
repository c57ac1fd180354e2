"""Splits "two tasks: A for Monday and B for Tuesday" into A and B."""

import re
from collections.abc import Sequence
from datetime import date

from .dates import find_dates
from .folding import fold
from .patterns import compiled, joined
from .region import Span
from .rules import RuleBook

_BULLET = re.compile(r"(?:^|\n|;|(?<=[\s:(]))\s*(?:[-*•]|\(?\d{1,2}[.)]|[a-e]\))\s+|\n|;")
_MOST = 20


def split_items(
    text: str, span: Span, count: int | None, today: date, book: RuleBook
) -> Sequence[Span]:
    """The spans of the items in `span`; one span when nothing tells several apart.

    With a `count`, separators are trusted in this order: list marks, separators behind a date,
    separators before an action, any separators if they are as many as needed.
    """
    start, end = span
    parts = _between(text, span, [(m.start(), m.end()) for m in _BULLET.finditer(text, start, end)])
    if len(parts) > 1:
        return parts[:_MOST]
    folded = fold(text)
    words = joined(book.slots.items, book.macros)
    separators = [(m.start(), m.end()) for m in compiled(words).finditer(folded, start, end)]
    dates = [mention for mention in find_dates(text, today) if mention.start >= start]
    inside = [s for s in separators if any(d.start < s[1] and s[0] < d.end for d in dates)]
    separators = [s for s in separators if s not in inside]
    action = compiled(joined(book.slots.action, book.macros))
    after_date = [s for s in separators if any(0 <= s[0] - d.end <= 1 for d in dates)]
    before_action = [s for s in separators if action.match(folded, s[1])]
    words_between = [s for s in separators if any(c.isalnum() for c in text[s[0] : s[1]])]
    marks = (after_date, before_action, words_between, separators)
    for chosen in _candidates(marks, count):
        parts = _between(text, span, chosen)
        if len(parts) > 1:
            return parts[:_MOST]
    return [span]


def _candidates(marks: Sequence[Sequence[Span]], count: int | None) -> Sequence[Sequence[Span]]:
    """Sets of separators, the most trustworthy first; see `split_items`."""
    after_date, before_action, _, every = marks
    if count is None:
        return [after_date, before_action, every if len(every) > 1 else ()]
    needed = count - 1
    exact = [found for found in marks if len(found) == needed]
    return [*exact, after_date[:needed], before_action[:needed], every[-needed:]]


def _between(text: str, span: Span, separators: Sequence[Span]) -> Sequence[Span]:
    parts: list[Span] = []
    position = span[0]
    for start, end in [*separators, (span[1], span[1])]:
        if any(character.isalnum() for character in text[position:start]):
            parts.append((position, start))
        position = end
    return parts
