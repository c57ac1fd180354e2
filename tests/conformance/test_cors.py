"""Cross-origin requests on a host without CORS settings, as recorded from the WebHost."""

from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import keyed_site, repeat_all
from tests.conformance.probes import Probe


def test_without_settings_nothing_is_said_about_origins(
    keyed_http_probe: Probe, conform: Conform
) -> None:
    conform("http: CORS", repeat_all("http/cors.ndjson", keyed_site(keyed_http_probe)))
