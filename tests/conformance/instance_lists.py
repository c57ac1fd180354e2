"""Lists of instances, which recordings cut short and which generated ids put in another order."""

import re

from tests.conformance.recordings import Json, JsonObject

_NOTE = re.compile(r"list of (\d+) cut to the first \d+ items")
_GENERATED = "<guid"


def total(said: JsonObject) -> int | None:
    """How many items a recorded list had before it was cut; None when it was not."""
    found = _NOTE.fullmatch(str(said.get("note", "")))
    return None if found is None else int(found[1])


def by_instance(items: Json, count: int | None = None) -> Json:
    """A list of instances (masked) by their ids, with its length; anything else as it is.

    Instances with generated ids go by their name and input.
    """
    if not isinstance(items, list) or not any(_is_instance(item) for item in items):
        return items
    instances = [item for item in items if isinstance(item, dict) and _is_instance(item)]
    return {"count": count or len(instances), "items": dict(map(_keyed, instances))}


def without_the_cut(expected: Json, observed: Json) -> Json:
    """What was observed, without the items that the recording left out where it was cut."""
    if not isinstance(expected, dict) or not isinstance(observed, dict):
        return observed
    shown, items = expected.get("items"), observed.get("items")
    if isinstance(shown, dict) and isinstance(items, dict):
        return observed | {"items": {key: items[key] for key in items if key in shown}}
    return observed


def page(items: Json) -> Json:
    """A page of instances: which ones they are depends on generated ids, so their number only."""
    return {"count": len(items)} if isinstance(items, list) else items


def _is_instance(item: Json) -> bool:
    return isinstance(item, dict) and "instanceId" in item


def _keyed(item: JsonObject) -> tuple[str, JsonObject]:
    own = str(item["instanceId"])
    if not own.startswith(_GENERATED):
        return own, item
    return f"{item['name']} {item['input']}", item | {"instanceId": "<guid>"}
