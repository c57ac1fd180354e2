"""Finds what a message orders to be done, and tells orders from questions about them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .folding import fold
from .patterns import any_of, compiled, expanded
from .rules import RuleBook

# The name of a tool in the rules that means: the same as in the order before.
SAME = "same"

_SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|\n|(?=¿)")


@dataclass(frozen=True, slots=True)
class Order:
    """A command's place in the message; what is ordered begins at `end`.

    `count` is how many things were announced; more than one is `plural`. `reach` is where its
    words end; some of them may describe what is ordered, and then lie behind `end`. What is ordered
    may belong `within` what the order before makes. It `refers` to what was spoken of before.
    """

    tool: str
    start: int
    end: int
    plural: bool = False
    count: int | None = None
    reach: int = 0
    within: bool = False
    refers: bool = False


def find_orders(text: str, book: RuleBook) -> Sequence[Order]:
    """The orders in the text, in their order, without overlaps."""
    folded = fold(text)
    found = sorted(
        _matches(folded, book), key=lambda order: (order.start, order.start - order.reach)
    )
    chosen: list[Order] = []
    for order in found:
        if chosen and order.start < chosen[-1].reach:
            continue
        if order.tool == SAME:
            # What was announced as several is split into its items later.
            if not chosen or chosen[-1].plural:
                continue
            order = replace(order, tool=chosen[-1].tool)
        chosen.append(order)
    return chosen


def asks(text: str, book: RuleBook) -> bool:
    """Whether any sentence of the text is a question that wants an answer, not an action."""
    folded = fold(text)
    return any(_is_question(folded[start:end], book) for start, end in sentences(folded))


def sentences(text: str) -> Sequence[tuple[int, int]]:
    """The places of the sentences, their marks included, blank ones left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [match.end() for match in _SENTENCE_END.finditer(text)] + [len(text)]:
        if text[start:end].strip():
            spans.append((start, end))
            start = end
    return spans


def sentence_start(text: str, position: int) -> int:
    """Where the sentence begins that holds the position."""
    return max((start for start, _ in sentences(text) if start <= position), default=0)


def _matches(folded: str, book: RuleBook) -> Iterator[Order]:
    for command in book.commands:
        for pattern in command.patterns:
            for match in compiled(expanded(pattern, book.macros)).finditer(folded):
                if _is_asked_about(folded, match.start(), command.question, book):
                    continue
                groups = match.groupdict()
                count = book.slots.counts.get(groups.get("count") or "")
                plural = bool(groups.get("plural")) or (count or 1) > 1
                end = match.start("keep") if groups.get("keep") is not None else match.end()
                within = groups.get("within") is not None
                start = match.start()
                reach, refers = match.end(), command.refers
                yield Order(command.tool, start, end, plural, count, reach, within, refers)


def _is_asked_about(folded: str, position: int, may_ask: bool, book: RuleBook) -> bool:
    """Whether the command stands in a question such as "how do I create a task?"."""
    if may_ask:
        return False
    start = sentence_start(folded, position)
    return _is_question(folded[start:position], book)


def _is_question(sentence: str, book: RuleBook) -> bool:
    sentence = sentence.strip(" ¿¡?!.,")
    fillers = any_of(book.triage.filler, book.macros)
    while (found := fillers.match(sentence)) and found.end():
        sentence = sentence[found.end() :].lstrip(" ,.!¡¿:")
    if any_of(book.questions.polite, book.macros).match(sentence):
        return False
    if any_of(book.questions.opening, book.macros).match(sentence):
        return True
    return any_of(book.questions.anywhere, book.macros).search(sentence) is not None
