"""What `func start` does otherwise than the WebHost: no keys, CORS, the client binding."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from emulator.tests.host.harness import eventually
from tests.conformance import recordings
from tests.conformance.comparing import Case, Masks, recorded_masks
from tests.conformance.conftest import Conform, StartProbe
from tests.conformance.http_exchanges import (
    Site,
    ask,
    keyed_site,
    repeat,
    repeat_all,
    without_document,
)
from tests.conformance.recordings import Json, document, lines

_CORS = {"CORS": "https://a.example,https://b.example", "CORSCredentials": True}
# Their content is compared by test_admin.py.
_ADMIN_DOCUMENTS = ("admin / no key (2)", "admin / no key (3)")


def test_http_with_func_start_is_repeated(
    tmp_path: Path, conform: Conform, start_probe: StartProbe
) -> None:
    app = recordings.app("http_probe", tmp_path / "http_probe")
    settings = {"IsEncrypted": False, "Values": {}, "Host": _CORS}
    (app / "local.settings.json").write_text(json.dumps(settings), "utf-8")
    probe = start_probe("http_probe")
    site = Site(probe, {"OTHER_KEY": keyed_site(probe).keys["HOST_KEY"]})
    cases = repeat_all("core_tools/http.ndjson", site)
    conform(
        "func start: HTTP",
        (without_document(case) if case.name in _ADMIN_DOCUMENTS else case for case in cases),
    )


def test_durable_with_func_start_is_repeated(conform: Conform, start_probe: StartProbe) -> None:
    probe = start_probe("durable_probe")
    key = keyed_site(probe).keys["SYSTEM_KEY_durabletask_extension"]
    conform("func start: Durable", _durable(Site(probe, {"OTHER_KEY": key})))


def _wait(site: Site, instance: str, status: str) -> None:
    path = f"/runtime/webhooks/durabletask/instances/{instance}"
    eventually(lambda: f'"{status}"' in ask(site.address, "GET", path, {}).body)


def _durable(site: Site) -> Iterator[Case]:
    for said in lines("core_tools/durable.ndjson"):
        if said["label"] == "status, no key":
            _wait(site, "f1", "Running")
        if said["label"] == "sdk status":
            _wait(site, "f2", "Completed")
        yield repeat(str(said["label"]), said, site)
    recorded = document("core_tools/durable_client_binding.json")["parsed"]
    notes = site.probe.recorded()
    binding = next(str(note["value"]) for note in notes if note["kind"] == "binding")
    parsed = json.loads(binding)
    rpc = cast("str", parsed["rpcBaseUrl"]).split("/")[2]
    ours: Json = Masks({rpc: "<rpc>"}).json(site.masks().json(parsed))
    yield Case("the durableClient binding", recorded_masks().json(recorded), ours)
