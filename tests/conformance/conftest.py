"""Probe apps on the local host, and the comparison that every area's test ends with."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.conformance import table
from tests.conformance.client_transcript import Transcript, repeat_on
from tests.conformance.comparing import Case, compare
from tests.conformance.probes import Probe, start
from tests.conformance.worker_messages import start_recorded

type Conform = Callable[[str, Iterable[Case]], None]
type StartProbe = Callable[..., Probe]


def until_the_end(probe: Probe) -> Iterator[Probe]:
    """What a fixture yields: a probe that is stopped when nothing needs it any more."""
    yield probe
    probe.host.stop()


@pytest.fixture(scope="session")
def durable_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The Durable probe app, which asks for keys; not to be killed or stopped."""
    yield from until_the_end(
        start_recorded("durable_probe", tmp_path_factory.mktemp("durable_probe"), "--keys")
    )


@pytest.fixture(scope="session")
def keyed_http_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The HTTP probe app on a host that asks for keys; not to be killed or stopped."""
    yield from until_the_end(
        start("http_probe", tmp_path_factory.mktemp("keyed_http_probe"), "--keys")
    )


@pytest.fixture(scope="session")
def keyed_v1_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The app with classic HTTP functions, keys asked for; not to be killed or stopped."""
    yield from until_the_end(start("v1_probe", tmp_path_factory.mktemp("keyed_v1_probe"), "--keys"))


@pytest.fixture(scope="session")
def client_transcript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcript]:
    """The recorded client calls, repeated once on a host that nothing else uses."""
    probe = start("durable_probe", tmp_path_factory.mktemp("client"), "--keys")
    yield asyncio.run(repeat_on(probe))
    probe.host.stop()


@pytest.fixture(scope="session")
def recorded_http_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The HTTP probe app, keys asked for, whose worker writes down what it gets."""
    yield from until_the_end(
        start_recorded("http_probe", tmp_path_factory.mktemp("recorded_http_probe"), "--keys")
    )


@pytest.fixture(scope="session")
def recorded_durable_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The Durable probe app, whose worker writes down what it gets."""
    yield from until_the_end(
        start_recorded("durable_probe", tmp_path_factory.mktemp("recorded_durable_probe"))
    )


@pytest.fixture
def start_probe(tmp_path: Path) -> Iterator[StartProbe]:
    """Start a probe app of the test's own; it is ended after the test.

    `start_probe("http_probe", "--keys", NAME="value")`; a test that wants another host.json first
    lays the app out with `recordings.app("http_probe", tmp_path / "http_probe")` and changes it.
    """
    started: list[Probe] = []

    def start_one(name: str, *options: str, **environment: str) -> Probe:
        probe = start(name, tmp_path, *options, **environment)
        started.append(probe)
        return probe

    yield start_one
    for probe in started:
        probe.host.process.kill()
        probe.host.process.wait()


@pytest.fixture
def conform() -> Conform:
    """Compare the cases of an area; fails on what is not listed, and on what need not be."""

    def check(area: str, cases: Iterable[Case]) -> None:
        report, unlisted, unused = compare(area, cases)
        assert report.cases, "nothing was compared"
        folder = os.environ.get(table.REPORTS_VARIABLE)
        if folder:
            table.leave(report, Path(folder))
        shown = "\n".join(str(difference) for difference in unlisted)
        assert not unlisted, f"{len(unlisted)} unlisted differences:\n{shown}"
        assert not unused, f"listed, but these do not differ: {unused}"
        if not folder:
            text = table.DOCUMENT.read_text("utf-8")
            stale = "docs/local-host.md is not up to date: python -m tests.conformance.table"
            assert table.written(area, text) == table.section(report), stale

    return check
