"""Keys: which request is let in with which, as recorded from the WebHost."""

import json

from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, ask, keyed_site, repeat_all
from tests.conformance.probes import Probe


def test_keys_open_functions_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
    site = keyed_site(keyed_http_probe, "lvl_function")
    conform("http: keys", repeat_all("http/auth.ndjson", _with_another_key(site)))


def _with_another_key(site: Site) -> Site:
    """Make the key that the function had besides its default one when this was recorded."""
    path = "/admin/functions/lvl_function/keys/extra"
    made = ask(site.address, "POST", path, {"x-functions-key": site.keys["MASTER_KEY"]})
    assert made.status == 201
    return Site(site.probe, {**site.keys, "OTHER_KEY": json.loads(made.body)["value"]})
