"""The admin API: status, functions, keys, runs by hand, drain, resume and restart, as recorded."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from emulator.host.keys import keys_folder
from emulator.tests.host.harness import eventually
from tests.conformance.comparing import Case, Masks
from tests.conformance.conftest import Conform, StartProbe
from tests.conformance.http_exchanges import Site, ask, keyed_site, repeat
from tests.conformance.probes import Probe
from tests.conformance.raw_exchanges import connected
from tests.conformance.recordings import Json, JsonObject, lines

_BY_HAND = "run by hand: "


def test_the_admin_api_is_as_recorded(start_probe: StartProbe, conform: Conform) -> None:
    probe = start_probe("http_probe", "--keys", PROBE_SCHEDULE="0 30 2 * * *")
    site = keyed_site(probe, "ping", "lvl_function")
    # The function had this key already, from recording http/auth.ndjson.
    master = {"x-functions-key": site.keys["MASTER_KEY"]}
    ask(site.address, "POST", "/admin/functions/lvl_function/keys/extra", master)
    cases = []
    with ExitStack() as drained:
        for number, said in enumerate(
            one for one in lines("admin/admin.ndjson") if "request" in one
        ):
            if said["label"] == "disable by host state":
                # When this was recorded, a request was still under way.
                drained.enter_context(_under_way(site))
            cases.append(_answered(said, site, number))
    conform("admin", cases)
    eventually(lambda: ask(site.address, "GET", "/api/ping", {}).status == 200)


def _answered(said: JsonObject, site: Site, number: int) -> Case:
    """One exchange; of a run by hand also what the function saw."""
    request = cast("JsonObject", said["request"])
    function = str(request["path"]).rsplit("/", 1)[-1]
    before = len(_seen(site.probe, function))
    case = repeat(f"{number}: {said['label']}: {request['method']} {request['path']}", said, site)
    masks = _paths(site.probe)
    expected = _settled(cast("JsonObject", case.expected))
    observed = _settled(cast("JsonObject", masks.json(case.observed)))
    if str(said["label"]).startswith(_BY_HAND):
        notes = cast("list[JsonObject]", said["seen_by_function"])
        wanted = [cast("Json", note) for note in notes if note["what"] == function][:1]
        if wanted:
            eventually(lambda: len(_seen(site.probe, function)) > before)
        expected["seen"] = Masks().json(wanted)
        observed["seen"] = Masks().json(_seen(site.probe, function)[before:][:1])
    return Case(case.name, expected, observed)


@contextmanager
def _under_way(site: Site) -> Iterator[None]:
    """One function is at work, for longer than anything here can take."""

    def has_begun() -> bool:
        return any(note.get("tag") == "drained" for note in site.probe.recorded())

    with connected(site.address) as connection:
        connection.sendall(b"GET /api/slow?n=6000&tag=drained HTTP/1.1\r\nHost: probe\r\n\r\n")
        eventually(lambda: has_begun() and _outstanding(site))
        yield


def _outstanding(site: Site) -> bool:
    path = "/admin/host/drain/status"
    answer = ask(site.address, "GET", path, {"x-functions-key": site.keys["MASTER_KEY"]})
    return json.loads(answer.body)["outstandingInvocations"] == 1  # type: ignore[no-any-return]


def _seen(probe: Probe, function: str) -> list[Json]:
    notes = (note for note in probe.recorded() if note.get("what") == function)
    return [{key: note[key] for key in ("what", "timer", "event") if key in note} for note in notes]


def _paths(probe: Probe) -> Masks:
    data = probe.host.folder / "data"
    return Masks(
        {
            str(keys_folder(data)): "<secrets>",
            str(data / "logs"): "<logs>",
            str(data): "<data>",
            str(probe.app): "<app>",
        }
    )


def _settled(answer: JsonObject) -> JsonObject:
    """Without what no two runs share: the host's id, its age, and a key that it made."""
    body = answer["body"]
    if isinstance(body, str) and body.startswith("{"):
        answer["body"] = json.loads(body)
    if isinstance(body, dict):
        if "processUptime" in body:
            body["processUptime"] = 0
            body["id"] = "HOST_ID"
        if body.get("name") == "extra":
            body["value"] = "<made>"
    return answer
