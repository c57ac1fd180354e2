"""Conformance: the local host beside recordings of Microsoft's host, field by field.

How an area is tested (one module `test_<area>.py`, one test for each file of recordings):

    def test_requests_are_routed_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
        conform("http: routing", repeat_all("http/routing.ndjson", keyed_site(keyed_http_probe)))

* `recordings.lines(name)` / `.document(name)` read a recording, `.app(name, into)` lays out a probe
  app. They come from `../shared/golden` or, without it, from the copies in `recordings/`
  (`python -m tests.conformance.recordings` renews those).
* `conftest.py` starts a probe app once a session through the host's command line; `start_probe`
  starts one with other options, host.json or settings. `probes.Probe` says where it is, `.keys()`
  which keys it has by the names that the recordings give them, `.recorded()` reads what the app's
  `golden_rec.py` wrote: the same kind of recording, made on our host.
* `comparing.Masks` makes ids, times, ports and keys equal: `recorded_masks()` for the recording.
  Use one `Masks` for each case and side: it numbers the ids it meets.
* `conform(area, cases)` compares. An area is used by one test only. Every difference must be
  listed in `differences.toml` (area, case, path, reason; `*` stands for anything), and everything
  listed must occur. Mend the host rather than list a difference.
* The result is a section of docs/local-host.md between two markers, and the test checks that it is
  up to date. `python -m tests.conformance.table [tests/conformance/test_http.py …]` writes it:
  without arguments for all areas, else for those of the named tests.
"""
