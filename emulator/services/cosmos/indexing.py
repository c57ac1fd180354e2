"""Indexing policies: which values of a document are indexed, for that is what a write costs.

https://learn.microsoft.com/azure/cosmos-db/index-policy
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .answers import bad_request
from .jsonvalues import Json, JsonObject

type Path = tuple[str, ...]
"""`/a/b/?` as ("a", "b"); an array counts as one step named [], as in `/tags/[]/?`."""

_EVERYTHING: JsonObject = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [{"path": "/*"}],
    "excludedPaths": [{"path": '/"_etag"/?'}],
}
_NOTHING: JsonObject = {
    "indexingMode": "consistent",
    "automatic": True,
    "includedPaths": [],
    "excludedPaths": [{"path": "/*"}],
}


def policy_document(short: Json) -> JsonObject:
    """The policy that a configuration's "all" or "none" stands for; an object is one itself."""
    match short:
        case None | "all":
            return _EVERYTHING
        case "none":
            return _NOTHING
        case dict():
            return short
        case _:
            raise bad_request('"indexing" is "all", "none" or an indexing policy.')


_ETAG: Path = ("_etag",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One included or excluded path; `deep` when it ends in /* instead of /?."""

    path: Path
    deep: bool
    included: bool

    def covers(self, path: Path) -> bool:
        if self.deep:
            return path[: len(self.path)] == self.path
        return path == self.path


@dataclass(frozen=True, slots=True)
class IndexingPolicy:
    """The rules, most precise first: the first that covers a path decides."""

    rules: Sequence[Rule]
    decided: dict[Path, bool] = field(default_factory=dict, compare=False)

    @staticmethod
    def parse(document: JsonObject) -> "IndexingPolicy":
        """Raises a 400 for paths that end neither in /* nor in /?."""
        if str(document.get("indexingMode", "consistent")).lower() == "none":
            return IndexingPolicy(())
        rules = [
            *(_rule(entry, True) for entry in _entries(document, "includedPaths")),
            *(_rule(entry, False) for entry in _entries(document, "excludedPaths")),
        ]
        if all(rule.path != _ETAG for rule in rules):
            # The service leaves it out unless it is named.
            rules.append(Rule(_ETAG, False, False))
        rules.sort(key=lambda rule: (len(rule.path), not rule.deep), reverse=True)
        return IndexingPolicy(tuple(rules))

    def indexes(self, path: Path) -> bool:
        """Whether the value at `path` is indexed. Paths repeat, so the answers are kept."""
        known = self.decided.get(path)
        if known is None:
            covering = (rule.included for rule in self.rules if rule.covers(path))
            known = next(covering, False)
            if len(self.decided) < 10_000:
                self.decided[path] = known
        return known

    def indexed_leaves(self, document: JsonObject) -> int:
        """How many scalar values of the document go into the index."""
        if not any(rule.included for rule in self.rules):
            return 0
        return sum(self.indexes(path) for path in _leaves(document, ()))


def _leaves(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                yield from _leaves(inner, (*path, name))
            else:
                yield (*path, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, (*path, "[]"))
    else:
        yield path


def _entries(document: JsonObject, name: str) -> Sequence[Json]:
    entries = document.get(name, [])
    if not isinstance(entries, list):
        raise bad_request(f"indexingPolicy.{name} is a list of paths.")
    return entries


def _rule(entry: Json, included: bool) -> Rule:
    path = entry.get("path") if isinstance(entry, dict) else entry
    if not isinstance(path, str) or not path.startswith("/") or path[-2:] not in ("/*", "/?"):
        raise bad_request(f"The index path {path!r} must start with / and end in /* or /?.")
    steps = tuple(step.strip('"') for step in path[1:-2].split("/") if step)
    return Rule(steps, path.endswith("*"), included)
