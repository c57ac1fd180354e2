"""Modules that are found where they are imported, and run when something of theirs is asked for."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from types import ModuleType

import pytest

from shared.late_imports import late, load_late

ROOM = "room_of_late_modules"


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was run of a package with two modules; `second` needs `first`."""
    folder = tmp_path / ROOM
    folder.mkdir()
    (folder / "__init__.py").write_text("ran = []\n")
    (folder / "first.py").write_text(f"from {ROOM} import ran\nran.append('first')\nVALUE = 1\n")
    (folder / "second.py").write_text(
        f"from {ROOM} import ran\nfrom {ROOM}.first import VALUE\nran.append('second')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module(ROOM).ran
    for name in [each for each in sys.modules if each.partition(".")[0] == ROOM]:
        del sys.modules[name]


def imported(name: str) -> ModuleType:
    with late(ROOM):
        return import_module(f"{ROOM}.{name}")


def test_a_module_runs_when_something_of_it_is_asked_for(ran: list[str]) -> None:
    first = imported("first")
    assert ran == []
    assert first.VALUE == 1
    assert ran == ["first"]


def test_who_needs_a_late_module_while_it_is_imported_gets_it_whole(ran: list[str]) -> None:
    imported("first")
    import_module(f"{ROOM}.second")
    assert ran == ["first", "second"]


def test_all_that_were_found_can_be_run_ahead_and_run_once(ran: list[str]) -> None:
    second = imported("second")
    imported("first")
    load_late()
    load_late()
    assert sorted(ran) == ["first", "second"]
    assert second.VALUE == 1


def test_two_threads_that_ask_at_once_run_it_once(ran: list[str]) -> None:
    first = imported("first")
    both = Barrier(2)
    seen: list[int] = []

    def ask() -> None:
        both.wait()
        seen.append(first.VALUE)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (seen, ran) == ([1, 1], ["first"])


def test_modules_of_others_and_those_imported_afterwards_run_at_once(ran: list[str]) -> None:
    with late("somebody_elses"):
        import_module(f"{ROOM}.first")
    with late(ROOM):
        pass
    import_module(f"{ROOM}.second")
    assert ran == ["first", "second"]


def test_a_module_that_is_not_there_is_missed_where_it_is_imported(ran: list[str]) -> None:
    with pytest.raises(ModuleNotFoundError, match="third"):
        imported("third")
    assert ran == []
