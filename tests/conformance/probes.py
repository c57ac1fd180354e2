"""Probe apps as programs of their own, started as a user would start them."""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from emulator.host.keys import HostScope, KeyRing, SystemScope, keys_folder
from emulator.tests.host.harness import HostProcess, start_host
from tests.conformance import recordings
from tests.conformance.recordings import JsonObject


@dataclass(slots=True)
class Tail:
    """Reads a growing NDJSON file, each line once; for any number of threads."""

    file: Path
    read: list[JsonObject] = field(default_factory=list)
    _offset: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def lines(self) -> list[JsonObject]:
        """All whole lines so far, in order."""
        with self._turn:
            if self.file.exists():
                with self.file.open("rb") as opened:
                    opened.seek(self._offset)
                    whole, newline, _ = opened.read().rpartition(b"\n")
                self._offset += len(whole) + len(newline)
                self.read.extend(json.loads(line) for line in whole.splitlines())
            return list(self.read)


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe app that runs on the local host, started as a user would start it."""

    host: HostProcess
    app: Path
    _tail: Tail

    @property
    def url(self) -> str:
        """The main port's URL, without a slash at its end."""
        return self.host.url

    def keys(self) -> dict[str, str]:
        """This host's keys by the names that stand for them in the recordings."""
        ring = KeyRing(keys_folder(self.host.folder / "data"))
        system = {f"SYSTEM_KEY_{name}": key for name, key in ring.of(SystemScope()).items()}
        host = ring.of(HostScope())["default"]
        return {"MASTER_KEY": ring.master, "HOST_KEY": host, **system}

    def recorded(self) -> list[JsonObject]:
        """What the app's golden_rec.py has recorded so far, whole lines only."""
        return self._tail.lines()


def start(name: str, folder: Path, *options: str, **environment: str) -> Probe:
    """Lay out a probe app below `folder`, unless it is there already, and start a host for it."""
    app = folder / name
    if not app.exists():
        recordings.app(name, app)
        # Where this package is, the worker answers an upgrade otherwise than was recorded.
        (app / "websockets.py").write_text('raise ImportError("not at the recording")\n')
    notes = folder / "golden.ndjson"
    variables = {"GOLDEN_REC": str(notes), **environment}
    host = start_host(app, folder, "--no-watch", *options, environment=variables)
    return Probe(host, app, Tail(notes))
