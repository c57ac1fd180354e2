"""Other host.json files and settings, and an app that does not import, as recorded."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conformance import recordings
from tests.conformance.comparing import Case
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, ask, keyed_site, repeat, without_document
from tests.conformance.probes import Probe, start
from tests.conformance.recordings import JsonObject, lines

_CUSTOM: JsonObject = {
    "routePrefix": "v1/x",
    "customHeaders": {"X-Content-Type-Options": "nosniff", "X-Custom-From-Host": "yes"},
    "hsts": {"isEnabled": True, "maxAge": "10"},
}
_ORIGIN = "https://a.example"
_PREFIXED = 'route prefix "v1/x" and customHeaders'
_UNPREFIXED = "empty route prefix"
_DISABLED = "disabled function (AzureWebJobs.ret_html.Disabled=true)"
_BROKEN = "app that fails to import"
_CORS_SETTINGS = ("host.json cors section plus CORS app setting", "WEBSITE_CORS_ALLOWED_ORIGINS")


def test_other_settings_have_the_recorded_effect(tmp_path: Path, conform: Conform) -> None:
    with ThreadPoolExecutor(4) as pool:
        starts = {
            _PREFIXED: pool.submit(
                _start, tmp_path / "prefixed", {"extensions": {"http": _CUSTOM}}
            ),
            _UNPREFIXED: pool.submit(
                _start,
                tmp_path / "unprefixed",
                {"extensions": {"http": {"routePrefix": ""}}},
                **{"AzureWebJobs.ret_html.Disabled": "true"},
            ),
            _CORS_SETTINGS[0]: pool.submit(
                _start,
                tmp_path / "cors",
                {"cors": {"allowedOrigins": [_ORIGIN]}},
                CORS=_ORIGIN,
                WEBSITE_CORS_ALLOWED_ORIGINS=_ORIGIN,
            ),
            _BROKEN: pool.submit(_start_broken, tmp_path / "broken"),
        }
        probes = {section: future.result() for section, future in starts.items()}
    try:
        sites = {section: keyed_site(probe) for section, probe in probes.items()}
        sites |= {_DISABLED: sites[_UNPREFIXED], _CORS_SETTINGS[1]: sites[_CORS_SETTINGS[0]]}
        conform("http: other settings", _cases(sites))
    finally:
        for probe in probes.values():
            probe.host.process.kill()
            probe.host.process.wait()


def _start(folder: Path, host_json: JsonObject, **environment: str) -> Probe:
    app = recordings.app("http_probe", folder / "http_probe")
    (app / "host.json").write_text(json.dumps({"version": "2.0", **host_json}), "utf-8")
    return start("http_probe", folder, "--keys", **environment)


def _start_broken(folder: Path) -> Probe:
    app = recordings.app("http_probe", folder / "http_probe")
    (app / "function_app.py").write_text("import no_such_module\n", "utf-8")
    return start("http_probe", folder, "--keys")


def _cases(sites: dict[str, Site]) -> Iterator[Case]:
    for said in lines("http/host_variants.ndjson"):
        section = str(said["section"])
        name, site = f"{section} / {said['label']}", sites[section]
        if "timeline" in said:
            # Until it listens nobody answers, then it is 404 at once.
            answer = ask(site.address, "GET", "/api/ping", {})
            yield Case(name, [404, ""], [answer.status, answer.body])
            continue
        case = repeat(name, said, site)
        # What the host says about itself is compared by test_admin.py.
        yield without_document(case) if said["label"] == "host status" else case
