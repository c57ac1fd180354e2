"""Repeats recorded HTTP exchanges and shows both sides in one form, so that they can be compared.

Left out of the comparison, because no two runs share it: the order of headers, which HTTP gives no
meaning, and the number in Content-Length beyond whether it fits the body.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import cast

from emulator.host.keys import FunctionScope, KeyRing, keys_folder
from tests.conformance.comparing import Case, Masks, headers, recorded_masks
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json, JsonObject, lines

_WORKER = re.compile(r"127\.0\.0\.1:\d{2,5}")
_SPAN = re.compile(r"(?<=>-)[0-9a-f]{16}(?=-00$)")
_HOME_PAGE = re.compile(r"<home page|Your Azure Function App is up and running\.")
_LONG_BODY = 4000
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header pairs as they came, and the body as text."""

    status: int
    reason: str
    headers: Sequence[Sequence[str]]
    body: str


@dataclass(frozen=True, slots=True)
class Site:
    """Where to repeat exchanges; `keys` maps names in the recordings to this host's keys."""

    probe: Probe
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Host and port, e.g. `127.0.0.1:7071`."""
        return self.probe.url.removeprefix("http://")

    def filled(self, text: str) -> str:
        """Recorded text with this host's keys in it."""
        # The longest name first: one may begin with another.
        for name in sorted(self.keys, key=len, reverse=True):
            text = text.replace(name, self.keys[name])
        return text

    def masks(self) -> Masks:
        """What hides this run's keys and addresses; made anew for each case."""
        names = {value: name for name, value in self.keys.items()}
        return Masks({self.address: "<main>", **names})


def keyed_site(probe: Probe, *functions: str) -> Site:
    """The site of a host that asks for keys, with the default keys of these functions."""
    ring = KeyRing(keys_folder(probe.host.folder / "data"))
    own = {
        f"FUNCTION_KEY_{function}_default": ring.of(FunctionScope(function))["default"]
        for function in functions
    }
    return Site(probe, probe.keys() | own)


def repeat_all(file: str, site: Site) -> Iterator[Case]:
    """Every exchange of a recorded file, repeated in order."""
    names: dict[str, int] = {}
    for said in lines(file):
        label = " / ".join(str(said[key]) for key in ("section", "label") if key in said)
        names[label] = names.get(label, 0) + 1
        name = label if names[label] == 1 else f"{label} ({names[label]})"
        yield repeat(name, said, site)


def repeat(name: str, said: JsonObject, site: Site, body: bytes | None = None) -> Case:
    """One exchange, repeated; `body` stands for one that was recorded by its length only."""
    request = cast("JsonObject", said["request"])
    given = cast("Mapping[str, str]", request["headers"])
    text = request["body"]
    content = body if body is not None or text is None else site.filled(str(text)).encode()
    observed = ask(
        site.address,
        str(request["method"]),
        site.filled(str(request["path"])),
        {key: site.filled(value) for key, value in given.items()},
        content,
    )
    return Case(name, shown(recorded_answer(said), recorded_masks()), shown(observed, site.masks()))


def without_document(case: Case) -> Case:
    """The case without the body of the answer, which another area compares."""
    expected, observed = (
        {name: part for name, part in cast("JsonObject", side).items() if name != "body"}
        for side in (case.expected, case.observed)
    )
    return Case(case.name, expected, observed)


def recorded_answer(said: JsonObject) -> Answer:
    """The answer in a recorded exchange."""
    pairs = cast("Sequence[Sequence[str]]", said["headers"])
    return Answer(cast("int", said["status"]), str(said["reason"]), pairs, str(said["body"]))


def ask(
    address: str,
    method: str,
    path: str,
    given: Mapping[str, str],
    body: bytes | None = None,
) -> Answer:
    """One request on a connection of its own, as the recordings were made."""
    connection = HTTPConnection(address, timeout=_PATIENCE_SECONDS)
    try:
        connection.request(method, path, body, dict(given))
        response = connection.getresponse()
        content_read = response.read()
        text = content_read.decode("utf-8", "replace")
        whole = _HOME_PAGE.search(text) or path == "/admin/functions"
        if len(text) > _LONG_BODY and not whole:
            text = f"<{len(content_read)} bytes>"
        return Answer(response.status, response.reason, response.getheaders(), text)
    finally:
        connection.close()


def shown(answer: Answer, masks: Masks) -> Json:
    """An answer in the form that is compared."""
    pairs = [(name, _unnumbered(name, value)) for name, value in answer.headers]
    said = {name: masks.json(value) for name, value in headers(pairs).items()}
    body: Json = "<home page>" if _HOME_PAGE.search(answer.body) else answer.body
    if str(said.get("content-type", "")).startswith("application/json"):
        body = _parsed(answer.body)
    return _runless(
        {
            "status": answer.status,
            "reason": answer.reason,
            "headers": said,
            "body": masks.json(body),
        }
    )


def _unnumbered(name: str, value: str) -> str:
    if name.lower() == "content-length" and value != "0":
        return "<length>"
    return value


def _parsed(text: str) -> Json:
    """A JSON body; the request headers that a probe function saw become a mapping."""
    try:
        body: Json = json.loads(text)
    except ValueError:
        return text
    match body:
        case {"headers": list(pairs)}:
            seen = headers(cast("list[list[str]]", pairs))
            numbered = {name: _unnumbered(name, str(value)) for name, value in seen.items()}
            shown_body: JsonObject = {**cast("JsonObject", body), "headers": {**numbered}}
            return shown_body
    return body


def _runless(value: Json) -> Json:
    """Without the address of the worker's own server, and spans that the host began."""
    match value:
        case str():
            return _SPAN.sub("<span>", _WORKER.sub("<worker>", value))
        case list():
            return [_runless(item) for item in value]
        case dict():
            return {key: _runless(item) for key, item in value.items()}
        case _:
            return value
