"""Which record a message means that names none ("assign it to Marta"): never one of several.

A value that the model read off the conversation's records, an answer or an event is a guess unless
that record is the only one in question, or the newest message tells it from the others by a word
of its name, its id, or its place ("the second one").
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.conversations import Mentioned
from shared.contracts.plan import Choice
from shared.contracts.tools import EntityRule
from shared.tools.choosing import placed
from shared.tools.entities import Directory, offered_in
from shared.tools.folding import folded, holds, stems_of, words_of
from shared.tools.normalising import Derived, Refused
from shared.tools.sources import Passage, Sources

SHORTEST_WORD = 4
"""Shorter words ("de", "the") tell no record from another."""
_PLURAL = re.compile(r"\b(?:\w*l[ao]s|amb[ao]s|tod[ao]s|both|them|all|these|those)\b")


@dataclass(frozen=True, slots=True)
class Guess:
    """A value that stands for a record, and what else the message says: the words of other values
    tell nothing about it. `together` are all records that the plan has calls for."""

    rule: EntityRule
    derived: Derived
    passage: Passage
    other_words: frozenset[str]
    together: frozenset[str]


def doubt(guess: Guess, sources: Sources, directory: Directory) -> Refused | None:
    """Why the record is not taken; None when it is the one that is meant."""
    text, rule = guess.passage.text, guess.rule
    is_document = text.source == "cerebro" and not text.is_event and rule.offer is None
    if text.source not in ("erp", "cerebro") or is_document:
        return None
    record = guess.derived.record or text.record or str(guess.derived.value)
    candidates = in_question(rule, sources, directory)
    if not candidates and text.source == "erp":
        return None
    known = {each.id: each for each in candidates}
    if known.keys() == {record} or _all_of_them(known.keys(), guess, sources):
        return None
    wanted = known.get(record) or _looked_up(record, rule, directory)
    others = [each for each in candidates if each.id != record]
    if _tells(_said(sources, guess.other_words), wanted, others):
        return None
    place = placed(_words_alone(sources), [_choice(each) for each in candidates])
    if place is not None and place.value == record:
        return None
    return Refused("missing_several", choices=tuple(map(_choice, candidates)))


def in_question(rule: EntityRule, sources: Sources, directory: Directory) -> Sequence[Mentioned]:
    """The records of that kind that were spoken of last; if none, those of events nearby."""
    kind = directory.kinds.get(rule.tool)
    for group in (*sources.mentioned, sources.nearby):
        if found := [each for each in group if each.type == kind]:
            return found
    return ()


def to_offer(rule: EntityRule, sources: Sources, directory: Directory) -> tuple[Choice, ...]:
    """What a question about a record offers, when nobody has said which."""
    known = in_question(rule, sources, directory)
    return tuple(map(_choice, known)) if known else offered_in(rule, directory)


def _choice(record: Mentioned) -> Choice:
    label = f"{record.name} ({record.id})" if record.name else record.id
    return Choice(value=record.id, label=label)


def _all_of_them(known: Collection[str], guess: Guess, sources: Sources) -> bool:
    plural = _PLURAL.search(folded(sources.texts[0].text)) is not None
    return plural and bool(known) and set(known) <= guess.together


def _tells(said: str, wanted: Mentioned, others: Sequence[Mentioned]) -> bool:
    """Whether words of the message are of this record's name and of no other's."""
    names: Mapping[str, frozenset[str]] = {each.id: _stems(each) for each in (wanted, *others)}
    own = names[wanted.id].difference(*(names[each.id] for each in others))
    words = set(stems_of(said))
    named = [each for each in others if holds(folded(said), folded(each.id))]
    rivals = [each for each in others if (names[each.id] - names[wanted.id]) & words]
    return (holds(folded(said), folded(wanted.id)) or bool(own & words)) and not named + rivals


def _stems(record: Mentioned) -> frozenset[str]:
    words = [word for word in words_of(record.name or "") if len(word) >= SHORTEST_WORD]
    return frozenset(stems_of(" ".join(words)))


def _said(sources: Sources, other_words: Collection[str]) -> str:
    """The newest message without the words that say something else."""
    text = folded(sources.texts[0].text)
    for words in other_words:
        text = text.replace(folded(words), " ")
    return text


def _words_alone(sources: Sources) -> frozenset[str]:
    """Without numbers: in "by 1 December" nobody says the first one."""
    words = words_of(sources.texts[0].text)
    return frozenset(word for word in words if not word[0].isdigit())


def _looked_up(record: str, rule: EntityRule, directory: Directory) -> Mentioned:
    names = " ".join(dict.fromkeys(_names(record, rule, directory)))
    return Mentioned(type=directory.kinds.get(rule.tool, ""), id=record, name=names or None)


def _names(record: str, rule: EntityRule, directory: Directory) -> Iterator[str]:
    for lookup, items in directory.found.items():
        if lookup.tool == rule.tool:
            for item in items:
                if str(item.get(rule.id)) == record:
                    yield from (str(item[name]) for name in rule.names if item.get(name))
