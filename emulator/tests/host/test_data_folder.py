"""Where state is kept, and that two hosts do not share it."""

from pathlib import Path

import pytest

from emulator.host.data_folder import default_folder, taken
from emulator.host.settings import CannotStart
from emulator.tests.host.harness import APPS
from emulator.tests.host.test_lifecycle import failure


def test_each_app_has_a_folder_of_its_own_in_the_users_folder_for_state(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    one, other = (default_folder(Path(f"/{at}/orders"), environment) for at in ("a", "b"))
    assert one.parent == other.parent == tmp_path / "functions-host"
    assert one != other
    assert one.name.startswith("orders-")
    assert default_folder(Path("/a/orders"), environment) == one


@pytest.mark.parametrize("environment", [{}, {"XDG_STATE_HOME": ""}, {"XDG_STATE_HOME": "no/root"}])
def test_without_such_a_setting_it_is_below_the_home_folder(environment: dict[str, str]) -> None:
    folder = default_folder(Path("/a/orders"), environment)
    assert folder.parent == Path.home() / ".local" / "state" / "functions-host"


def test_a_second_host_on_the_same_data_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with taken(tmp_path / "data"):
        code, output = failure(APPS / "classic", tmp_path)
    folder = tmp_path / "data"
    assert (code, output) == (
        3,
        f"another host runs on the data folder {folder}: stop it or pass another --data\n",
    )


def test_the_folder_is_free_again_when_its_host_has_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with taken(tmp_path / "data"):
            assert (tmp_path / "data").is_dir()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CannotStart, match="pass another --data") as raised,
        taken(tmp_path / "file" / "data"),
    ):
        pass
    assert raised.value.exit_code == 2
