"""Compares what was recorded with what the local host does, field by field."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.recordings import Json

ABSENT = "<absent>"
RECORDED_MAIN, RECORDED_RPC = "127.0.0.1:7071", "127.0.0.1:17071"
_LISTED = Path(__file__).parent / "differences.toml"

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
_DATE = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_ADDRESS = r"127\.0\.0\.1:\d{4,5}"
_VARIABLE = re.compile(
    f"(?P<guid>{_GUID})|(?P<time>{_TIME})|(?P<date>{_DATE})|(?P<address>{_ADDRESS})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Case:
    """One question: what the real host answered and what ours did, both masked."""

    name: str
    expected: Json
    observed: Json


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as recorded; `path` joins keys and indexes with `/`."""

    area: str
    case: str
    path: str
    expected: Json
    observed: Json

    def __str__(self) -> str:
        said = f"{_short(self.expected)} was recorded, {_short(self.observed)} observed"
        return f"{self.area} | {self.case} | {self.path}: {said}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A listed difference; in `case` and `path` a `*` stands for any text."""

    area: str
    case: str
    path: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        return (
            self.area == difference.area
            and _matches(self.case, difference.case)
            and _matches(self.path, difference.path)
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What the comparison of an area came to."""

    area: str
    cases: int
    equal: int
    accepted: Sequence[Accepted]


@dataclass(slots=True)
class Masks:
    """Makes equal what no two runs share.

    `names` maps texts of this run (addresses, keys, paths) to what they stand for. GUIDs become
    `<guid 1>`, `<guid 2>` in order of appearance, ISO times `<time>`, HTTP dates `<date>`, other
    addresses of this machine `<address>`. With `times`, ISO times finer than a second are numbered
    too, and keep their zone.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    times: bool = False
    _seen: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """The text with everything masked."""
        for literal, name in self.names.items():
            text = text.replace(literal, name)
        return _VARIABLE.sub(self._mask, text)

    def json(self, value: Json) -> Json:
        """The value with every text in it masked, keys included."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.json(item) for item in value]
            case dict():
                return {self.text(key): self.json(item) for key, item in value.items()}
            case _:
                return value

    def _mask(self, found: re.Match[str]) -> str:
        match found.lastgroup:
            case "guid":
                return self._numbered("guid", found[0].replace("-", "").lower())
            case "time" if self.times and "." in found[0]:
                moment = found[0].removesuffix("Z").removesuffix("+00:00")
                # .NET drops a fraction's last zeros, Python does not.
                return self._numbered("time", moment.rstrip("0")) + found[0][len(moment) :]
            case kind:
                return f"<{kind}>"

    def _numbered(self, kind: str, text: str) -> str:
        number = 1 + sum(1 for name in self._seen.values() if name.startswith(f"<{kind} "))
        return self._seen.setdefault(text, f"<{kind} {number}>")


def recorded_masks(*, times: bool = False) -> Masks:
    """What hides the addresses of the host that was recorded."""
    return Masks({RECORDED_RPC: "<rpc>", RECORDED_MAIN: "<main>"}, times=times)


def headers(pairs: Iterable[Sequence[str]], *without: str) -> dict[str, Json]:
    """Headers by their lower-case name, repeated ones joined; those in `without` are left out."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        key = name.lower()
        if key not in without:
            found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def compare(area: str, cases: Iterable[Case]) -> tuple[Report, list[Difference], list[Accepted]]:
    """The report of an area, its unlisted differences, and what is listed but did not occur."""
    listed = accepted_in(area)
    used: dict[Accepted, None] = {}
    unlisted: list[Difference] = []
    count = equal = 0
    for case in cases:
        found = list(differences(area, case))
        count += 1
        equal += not found
        for difference in found:
            covering = next((one for one in listed if one.covers(difference)), None)
            if covering is None:
                unlisted.append(difference)
            else:
                used[covering] = None
    occurred = [one for one in listed if one in used]
    return (
        Report(area, count, equal, occurred),
        unlisted,
        [one for one in listed if one not in used],
    )


def differences(area: str, case: Case) -> Iterator[Difference]:
    """Every field of a case that differs; a field that only one side has counts as one."""
    for path, expected, observed in _unequal("", case.expected, case.observed):
        yield Difference(area, case.name, path, expected, observed)


def unlisted_differences(area: str, case: Case) -> Iterator[Difference]:
    """What differs in a case and is not listed."""
    listed = accepted_in(area)
    for difference in differences(area, case):
        if not any(one.covers(difference) for one in listed):
            yield difference


def accepted_in(area: str) -> list[Accepted]:
    """The differences listed for an area."""
    listed = tomllib.loads(_LISTED.read_text("utf-8")).get("difference", [])
    return [Accepted(**entry) for entry in listed if entry["area"] == area]


def _unequal(path: str, expected: Json, observed: Json) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(expected, dict) and isinstance(observed, dict):
        for key in [*expected, *(key for key in observed if key not in expected)]:
            below = expected.get(key, ABSENT), observed.get(key, ABSENT)
            yield from _unequal(_join(path, key), *below)
    elif isinstance(expected, list) and isinstance(observed, list):
        for index in range(max(len(expected), len(observed))):
            pair = _at(expected, index), _at(observed, index)
            yield from _unequal(_join(path, str(index)), *pair)
    elif type(expected) is not type(observed) or expected != observed:
        yield path or "/", expected, observed


def _at(items: list[Json], index: int) -> Json:
    return items[index] if index < len(items) else ABSENT


def _join(path: str, key: str) -> str:
    return f"{path}/{key}" if path else key


def _matches(glob: str, text: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in glob.split("*"))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
