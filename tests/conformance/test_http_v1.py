"""Functions with func.HttpRequest and func.HttpResponse, as recorded from the WebHost."""

from collections.abc import Iterator
from functools import partial

from emulator.tests.host.harness import eventually
from tests.conformance.comparing import Case
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, ask, keyed_site, repeat
from tests.conformance.probes import Probe
from tests.conformance.recordings import lines

_STATUS = "/runtime/webhooks/durabletask/instances/v1-a?code={key}"
_RAISE = "/runtime/webhooks/durabletask/instances/v1-a/raiseEvent/go?code={key}"


def test_classic_functions_are_asked_and_answer_as_recorded(
    keyed_v1_probe: Probe, conform: Conform
) -> None:
    conform("http: classic functions", _cases(keyed_site(keyed_v1_probe)))


def _cases(site: Site) -> Iterator[Case]:
    for said in lines("http_v1/http.ndjson"):
        name = str(said["label"])
        if name == "wait_for_completion completed":
            # The recording waited a second time after this, which is not in the file.
            key = site.keys["SYSTEM_KEY_durabletask_extension"]
            path = _RAISE.format(key=key)
            raised = ask(
                site.address, "POST", path, {"Content-Type": "application/json"}, b'{"x":1}'
            )
            assert raised.status == 202
            path = _STATUS.format(key=key)
            eventually(partial(_is_completed, site, path))
        yield repeat(name, said, site)


def _is_completed(site: Site, path: str) -> bool:
    return '"Completed"' in ask(site.address, "GET", path, {}).body
