"""Probe apps on the local host, and the comparison that every area's test ends with."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.tests.host.harness import HostProcess, start_host
from tests.conformance import recordings, table
from tests.conformance.comparing import Case, compare
from tests.conformance.recordings import JsonObject

type Conform = Callable[[str, Iterable[Case]], None]
type StartProbe = Callable[..., Probe]


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe app that runs on the local host, started as a user would start it."""

    host: HostProcess
    app: Path

    @property
    def url(self) -> str:
        """The main port's URL, without a slash at its end."""
        return self.host.url

    def recorded(self) -> list[JsonObject]:
        """What the app's golden_rec.py has recorded so far, whole lines only."""
        file = self.host.folder / "golden.ndjson"
        lines = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]


def start(name: str, folder: Path, *options: str, **environment: str) -> Probe:
    """Lay out a probe app below `folder`, unless it is there already, and start a host for it."""
    app = folder / name
    if not app.exists():
        recordings.app(name, app)
    variables = {"GOLDEN_REC": str(folder / "golden.ndjson"), **environment}
    return Probe(start_host(app, folder, "--no-watch", *options, environment=variables), app)


@pytest.fixture(scope="session")
def durable_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The Durable probe app; not to be killed or stopped."""
    probe = start("durable_probe", tmp_path_factory.mktemp("durable_probe"))
    yield probe
    probe.host.stop()


@pytest.fixture(scope="session")
def http_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The HTTP probe app; not to be killed or stopped."""
    probe = start("http_probe", tmp_path_factory.mktemp("http_probe"))
    yield probe
    probe.host.stop()


@pytest.fixture(scope="session")
def v1_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The probe app with classic HTTP functions; not to be killed or stopped."""
    probe = start("v1_probe", tmp_path_factory.mktemp("v1_probe"))
    yield probe
    probe.host.stop()


@pytest.fixture(scope="session")
def keyed_http_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The HTTP probe app on a host that asks for keys; not to be killed or stopped."""
    probe = start("http_probe", tmp_path_factory.mktemp("keyed_http_probe"), "--keys")
    yield probe
    probe.host.stop()


@pytest.fixture(scope="session")
def keyed_v1_probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The app with classic HTTP functions, keys asked for; not to be killed or stopped."""
    probe = start("v1_probe", tmp_path_factory.mktemp("keyed_v1_probe"), "--keys")
    yield probe
    probe.host.stop()


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
