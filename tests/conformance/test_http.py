"""HTTP as the recorded WebHost has it: routing, results, bodies and their limits."""

import re
from typing import cast

from tests.conformance.comparing import Case, recorded_masks
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, keyed_site, repeat, repeat_all
from tests.conformance.probes import Probe
from tests.conformance.raw_exchanges import answer_shown, connected, received
from tests.conformance.recordings import JsonObject, lines

_LENGTH = re.compile(r"<(\d+) bytes>")


def test_requests_are_routed_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
    conform("http: routing", repeat_all("http/routing.ndjson", keyed_site(keyed_http_probe)))


def test_results_become_answers_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
    conform("http: results", repeat_all("http/results.ndjson", keyed_site(keyed_http_probe)))


def test_bodies_and_their_limits_are_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
    site = keyed_site(keyed_http_probe)
    conform("http: bodies and limits", (_with_body(said, site) for said in _bodies()))


def _bodies() -> list[JsonObject]:
    # 100 MB and 120 MB take a second each and tell no more than 20 MB: the limit is asked for raw.
    return [
        said
        for said in lines("http/bodies.ndjson")
        if said["label"] not in ("upload of 104857600 bytes", "response of 120 MB")
    ]


def _with_body(said: JsonObject, site: Site) -> Case:
    if "sent_head" in said:
        return _refused(said, site)
    name = str(said["label"])
    request = cast("JsonObject", said["request"])
    path, body = str(request["path"]), str(request["body"])
    if "... (" in path:
        request = {**request, "path": "/api/echo/1?q=" + "x" * 9000}
    if name.startswith("header of"):
        request = {**request, "headers": {"x-long": "x" * 40000}}
    size = _LENGTH.fullmatch(body)
    case = repeat(name, {**said, "request": request}, site, b"x" * int(size[1]) if size else None)
    return _without_pieces(case) if name.startswith("streamed read") else case


def _without_pieces(case: Case) -> Case:
    """Leave out into how many pieces the body fell on its way."""
    for side in (case.expected, case.observed):
        body = cast("JsonObject", cast("JsonObject", side)["body"])
        for name in ("n", "first", "last"):
            del body[name]
    return case


def _refused(said: JsonObject, site: Site) -> Case:
    """A body that is announced and too long: the answer comes before it was read."""
    expected = answer_shown(str(said["answer"]).encode(), "", recorded_masks())
    with connected(site.address) as connection:
        connection.sendall(str(said["sent_head"]).encode())
        data, _ = received(connection)
    return Case(str(said["label"]), expected, answer_shown(data, "", site.masks()))
