"""The chain of a conversation's audit events: salted digests in links, each behind another."""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.contracts.base import Contract

ID, SALT, DIGEST, CONTENT, ERASED = "id", "salt", "digest", "content", "erased"
STAYING = (ID, "eventId", "tenantId", "conversationId", "kind", "at")
"""What stays of an event when its conversation is erased."""
OF_THE_STORE = frozenset({"_rid", "_self", "_etag", "_attachments", "_ts"})
"""What Cosmos DB adds to an item, and changes when it moves."""
LINK = "link-"
ANCHORS = "_anchors"
"""In place of a conversation: no id of one begins like this."""
ANCHOR = "anchor-"
ERASURE = "conversation.erased"
"""The kind of event that says who erased a conversation; it is the one that stays as it was."""
NO_EVENT = "_"
"""Ids of events begin with a ULID, so all of them are less than this; those of links are not."""
FIRST = ""
"""What the first link has behind it."""
SETTLED_AFTER_SECONDS = 120
"""An event that is in no link by then is in none because its run, or the store, broke off, or since
it is none of the app's. Only the timer seals it then."""

type StoredItem = Mapping[str, Any]


class Sealed(Contract):
    """An event's digest, by which it is held."""

    event_id: str
    digest: str


class Link(Contract):
    """Link `seq` of a conversation, from 1; `previous` is the digest of the one before."""

    tenant_id: str
    conversation_id: str
    seq: int
    previous: str = FIRST
    at: datetime
    entries: tuple[Sealed, ...]
    digest: str = ""


class Head(Contract):
    """The newest link of a conversation."""

    conversation_id: str
    seq: int
    digest: str


class Anchor(Contract):
    """Anchor `seq` of a tenant, from 1: the heads that were new since the one before. `up_to` is
    the second of the store (Unix time) from which on the next one has to look."""

    tenant_id: str
    conversation_id: str = ANCHORS
    seq: int
    previous: str = FIRST
    at: datetime
    up_to: int
    heads: tuple[Head, ...]
    digest: str = ""


def item_of(link: Link | Anchor) -> dict[str, object]:
    """As it is stored."""
    prefix = LINK if isinstance(link, Link) else ANCHOR
    return link.wire() | {ID: f"{prefix}{link.seq:012}"}


def next_link(
    conversation: tuple[str, str], after: Link | None, entries: Iterable[Sealed], at: datetime
) -> Link:
    """`conversation` is tenant and id."""
    tenant_id, conversation_id = conversation
    link = Link(
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        seq=after.seq + 1 if after else 1,
        previous=after.digest if after else FIRST,
        at=at,
        entries=tuple(entries),
    )
    return link.model_copy(update={"digest": digest_of_link(item_of(link))})


def next_anchor(
    tenant_id: str, after: Anchor | None, heads: Iterable[Head], at: datetime, up_to: int
) -> Anchor:
    anchor = Anchor(
        tenant_id=tenant_id,
        seq=after.seq + 1 if after else 1,
        previous=after.digest if after else FIRST,
        at=at,
        up_to=up_to,
        heads=tuple(heads),
    )
    return anchor.model_copy(update={"digest": digest_of_link(item_of(anchor))})


def digest_of_event(item: StoredItem) -> str:
    """Of an event as it is stored: over what stays of it, and over the salted digest of the rest.

    So an erased event has the digest that it had before.
    """
    if ERASED in item:
        return _hashed(canonical(_without(item, ERASED)))
    return _hashed(canonical(_staying(item) | {CONTENT: _content(item)}))


def digest_of_link(item: StoredItem) -> str:
    """Of a link or an anchor as it is stored, whatever digest it says it has."""
    return _hashed(canonical(_without(item, DIGEST)))


def erased_of(item: StoredItem) -> dict[str, object]:
    """What is left of an event: nothing that anybody said, and no salt to guess it by."""
    if ERASED in item:
        return _without(item, SALT)
    return _staying(item) | {CONTENT: _content(item), ERASED: True}


def _content(item: StoredItem) -> str:
    """Of everything that an erasure takes away."""
    salt = str(item.get(SALT, "")).encode()
    rest = {name: value for name, value in _without(item, SALT).items() if name not in STAYING}
    return _hashed(salt + b"\n" + canonical(rest))


def _staying(item: StoredItem) -> dict[str, object]:
    return {name: item[name] for name in STAYING if name in item}


def parted(items: Iterable[StoredItem]) -> tuple[list[StoredItem], list[StoredItem]]:
    """The events among a conversation's items: those that are in a link, and those that are not."""
    stored = list(items)
    entries = (entry for item in stored for entry in item.get("entries", ()))
    held = {str(entry["eventId"]) for entry in entries}
    events = [item for item in stored if str(item[ID]) < NO_EVENT]
    sealed = [item for item in events if item[ID] in held]
    return sealed, [item for item in events if item[ID] not in held]


def canonical(value: object) -> bytes:
    """JSON that does not depend on who writes it: sorted names, no spaces, ASCII, and each number
    as the double that Cosmos DB makes of it."""
    plain = _plain(value)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _plain(value: object) -> object:
    match value:
        case bool() | str() | None:
            return value
        case int() | float():
            return _double(value)
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON")


def _double(number: float) -> float:
    try:
        return float(number) or 0.0
    except OverflowError:
        return sys.float_info.max


def _without(item: StoredItem, name: str) -> dict[str, object]:
    return {k: v for k, v in item.items() if k != name and k not in OF_THE_STORE}


def _hashed(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
