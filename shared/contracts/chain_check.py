"""Checking the chains of audit events: whether anything was changed, left out, put in or moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.contracts.chain import (
    ANCHOR,
    DIGEST,
    ERASED,
    ERASURE,
    FIRST,
    ID,
    LINK,
    SETTLED_AFTER_SECONDS,
    StoredItem,
    digest_of_event,
    digest_of_link,
)

SEALED_WITHIN_SECONDS = 3_600
"""What was not sealed with its run is sealed by the next anchor, minutes later."""


@dataclass(frozen=True, slots=True)
class Break:
    """`item` is the id of the stored item at which the chain does not hold."""

    item: str
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one chain. `digests` of its links are by number; `unsealed` events are in
    no link yet, with the second (Unix time) in which the store took them; those sealed `late` were
    sealed by the timer: a crash leaves them, and so does somebody who has put them in."""

    events: int = 0
    erased: int = 0
    digests: Mapping[int, str] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    unsealed: Mapping[str, int] = field(default_factory=dict)
    late: tuple[str, ...] = ()


def check_chain(items: Sequence[StoredItem], now: float) -> Checked:
    """All items of a conversation's partition, in any order; `now` in seconds of Unix time."""
    links = [item for item in items if _id(item).startswith(LINK)]
    events = {_id(item): item for item in items if not _id(item).startswith(LINK)}
    breaks = list(_broken_links(links, LINK))
    sealed: set[str] = set()
    for link in sorted(links, key=_id):
        breaks += _broken_entries(link, events)
        sealed |= {_text(entry, "eventId") for entry in _entries(link, "entries")}
    erased = [each for each in events.values() if ERASED in each]
    if erased and not any(_allows_erasing(events[each]) for each in sealed & events.keys()):
        breaks.append(Break(_id(erased[0]), "it is erased, and no event says that anybody did so"))
    unsealed = {each: _second(item) for each, item in events.items() if each not in sealed}
    breaks += (
        Break(each, "it is in no link, though it has been there for long")
        for each, second in sorted(unsealed.items())
        if now - second > SEALED_WITHIN_SECONDS
    )
    late = tuple(sorted(_late(links, events)))
    return Checked(len(events), len(erased), _digests(links), tuple(breaks), unsealed, late)


def check_anchors(
    items: Sequence[StoredItem],
    digests: Mapping[str, Mapping[int, str]],
    only: str | None = None,
) -> Checked:
    """All anchors of a tenant against the digests of its conversations' links; of one conversation
    `only` where one was asked for."""
    breaks = list(_broken_links(items, ANCHOR))
    for anchor in sorted(items, key=_id):
        for head in _entries(anchor, "heads"):
            conversation, seq = _text(head, "conversationId"), head.get("seq")
            if only not in (None, conversation):
                continue
            there = digests.get(conversation, {})
            if not isinstance(seq, int) or seq not in there:
                breaks.append(Break(_id(anchor), f"link {seq} of {conversation} is missing"))
            elif there[seq] != head.get(DIGEST):
                breaks.append(Break(_id(anchor), f"link {seq} of {conversation} is another one"))
    return Checked(events=len(items), digests=_digests(items), breaks=tuple(breaks))


def _broken_links(items: Sequence[StoredItem], prefix: str) -> Iterator[Break]:
    """Where one does not follow on the one before, or is not what its digest says."""
    previous = FIRST
    for number, item in enumerate(sorted(items, key=_id), start=1):
        if _id(item) != f"{prefix}{number:012}" or item.get("seq") != number:
            yield Break(_id(item), f"{prefix}{number:012} is missing before it")
            return
        if digest_of_link(item) != item.get(DIGEST):
            yield Break(_id(item), "it was changed")
        elif item.get("previous") != previous:
            yield Break(_id(item), "it does not follow on the one before")
        previous = _text(item, DIGEST)


def _broken_entries(link: StoredItem, events: Mapping[str, StoredItem]) -> Iterator[Break]:
    for entry in _entries(link, "entries"):
        event_id = _text(entry, "eventId")
        if event_id not in events:
            yield Break(_id(link), f"event {event_id} is missing")
        elif digest_of_event(events[event_id]) != entry.get(DIGEST):
            yield Break(_id(link), f"event {event_id} was changed")


def _late(links: Sequence[StoredItem], events: Mapping[str, StoredItem]) -> Iterator[str]:
    """Events whose first link came so late that the timer has made it. What is erased was written
    anew, so nothing tells any more when it came."""
    first: dict[str, int] = {}
    for link in links:
        for entry in _entries(link, "entries"):
            event_id = _text(entry, "eventId")
            first[event_id] = min(_second(link), first.get(event_id, _second(link)))
    for event_id, second in first.items():
        event = events.get(event_id)
        if event is not None and second - _second(event) > SETTLED_AFTER_SECONDS:
            yield event_id


def _allows_erasing(event: StoredItem) -> bool:
    return event.get("kind") == ERASURE and ERASED not in event


def _digests(links: Sequence[StoredItem]) -> dict[int, str]:
    """By number; computed, not as they say."""
    numbered = ((item.get("seq"), digest_of_link(item)) for item in links)
    return {number: digest for number, digest in numbered if isinstance(number, int)}


def _entries(item: StoredItem, name: str) -> list[StoredItem]:
    """Whatever somebody may have made of it."""
    found = item.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _id(item: StoredItem) -> str:
    return str(item.get(ID, ""))


def _text(item: StoredItem, name: str) -> str:
    return str(item.get(name, ""))


def _second(item: StoredItem) -> int:
    """When the store took it, which only the store says."""
    return int(item.get("_ts", 0))
