"""Reads what a reply says about the arguments that were asked for."""

from collections.abc import Sequence

from .arguments import ArgumentSpec
from .orders import find_orders
from .patterns import any_of
from .region import Region, Span
from .rules import RuleBook
from .slots import Setting, Values, read_values


def read_answer(
    text: str, span: Span, specs: Sequence[ArgumentSpec], book: RuleBook, setting: Setting
) -> Values:
    """The values in `text[span]`; `setting.expected` are the arguments that were asked for."""
    region = Region(text, *span, book)
    for order in find_orders(text, book):
        if span[0] <= order.start < span[1]:
            region.take_command(order.start, order.end)
    lead = any_of(book.slots.answer_lead, book.macros)
    position = span[0]
    while (found := lead.match(region.folded, position, span[1])) and found.end() > position:
        region.take(position, found.end())
        position = found.end()
        while position < span[1] and not text[position].isalnum():
            position += 1
    return read_values(region, specs, setting, span[0])
