"""Reads the arguments of one call from one stretch of a message. Never invents a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .arguments import ArgumentSpec
from .freetext import (
    read_cued,
    read_labelled,
    read_leftovers,
    read_parts,
    read_quoted,
    read_remainder,
)
from .patterns import any_of
from .region import Region, Value
from .typed import read_choices, read_dates, read_forms

type Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Setting:
    """What values are read against: the day, the person who writes, what was asked for."""

    today: date
    user: str = ""
    expected: Sequence[str] = ()
    answering: bool = False


def read_values(
    region: Region, specs: Sequence[ArgumentSpec], setting: Setting, command_end: int
) -> Values:
    """What the region says about the arguments; those it says nothing about are absent.

    In an answer to a question, free text belongs to what was `expected`; otherwise to the
    tool's main argument.
    """
    values: Values = {}
    values |= _read_session(region, specs, setting)
    values |= read_forms(region, specs)
    values |= read_dates(region, specs, setting.today, setting.expected)
    values |= read_choices(region, specs, setting.expected)
    values |= read_labelled(region, _without(specs, values))
    values |= read_cued(region, _without(specs, values))
    takers = _takers(specs, values, setting)
    values |= read_parts(region, takers)
    for spec in _without(takers, values):
        found = read_quoted(region) or read_remainder(
            region, spec, command_end, asked_for=setting.answering
        )
        if found is not None:
            values[spec.name] = found
    values |= read_leftovers(region, _without(specs, values))
    return values


def _without(specs: Sequence[ArgumentSpec], values: Mapping[str, Value]) -> Sequence[ArgumentSpec]:
    return [spec for spec in specs if spec.name not in values]


def _takers(
    specs: Sequence[ArgumentSpec], values: Mapping[str, Value], setting: Setting
) -> Sequence[ArgumentSpec]:
    """The arguments that may take what remains of the text, in order."""
    free = [spec for spec in _without(specs, values) if spec.takes_words]
    if setting.answering:
        by_name = {spec.name: spec for spec in free}
        return [by_name[name] for name in setting.expected if name in by_name]
    mains = [spec for spec in free if spec.rule.main and spec.required]
    if mains:
        return mains[:1]
    if any(spec.rule.main for spec in specs) or not any(spec.required for spec in specs):
        return ()
    # A tool the rules know nothing about: its first required text is what it is about.
    return [spec for spec in free if spec.required and not spec.rule.cues][:1]


def _read_session(
    region: Region, specs: Sequence[ArgumentSpec], setting: Setting
) -> Mapping[str, Value]:
    values: Values = {}
    for spec in specs:
        if not spec.rule.session or not setting.user:
            continue
        pattern = any_of(spec.rule.session, region.book.macros)
        match = pattern.search(region.folded, region.start, region.end)
        if match is not None:
            region.take(match.start(), match.end())
            quote = region.quote(match.start(), match.end())
            values[spec.name] = Value(setting.user, quote, "session")
    return values
