"""`./eira` finds a Python, keeps .venv current, and refuses politely."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/bin:/bin"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that locks nothing, with only ./eira and the installer in it."""
    folder = tmp_path / "checkout"
    (folder / "cli").mkdir(parents=True)
    shutil.copy(ROOT / "eira", folder)
    for name in ("__init__.py", "install.py"):
        shutil.copy(ROOT / "cli" / name, folder / "cli")
    (folder / "requirements-dev.txt").write_text("")
    # What the installer runs last, once the packages are there.
    (folder / "cli" / "texts.py").write_text("print('[]')")
    (folder / "emulator").mkdir()
    (folder / "emulator" / "__main__.py").write_text("import sys; sys.stdin.read()")
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of the few system programs that ./eira may use, without any Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "cmp", "dirname", "readlink", "cat"):
        found = shutil.which(name, path=SYSTEM_PATH)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def write_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run_eira(
    checkout: Path, tools: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "eira", *arguments],
        env={"PATH": str(tools), "HOME": str(checkout.parent), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def make_installing_python(path: Path) -> None:
    """Says yes to the version check; as the installer it puts a program at .venv/bin/python."""
    write_program(path, f'[ "$1" = -c ] && exit 0\nexec {sys.executable} -c "$MAKE" "$0"')


MAKE = """
import pathlib, shutil, sys
python = pathlib.Path(".venv/bin/python")
python.parent.mkdir(parents=True)
python.write_text(f'#!/bin/sh\\necho "from {sys.argv[1]}: $*"\\n')
python.chmod(0o755)
shutil.copy("requirements-dev.txt", ".venv/installed-lock.txt")
"""


def test_a_python_inside_pyenv_is_found_behind_a_shim_that_refuses(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    write_program(tools / "python3.13", 'echo "pyenv: python3.13: command not found" >&2; exit 127')
    write_program(tools / "pyenv", f'[ "$1" = root ] && echo "{tmp_path}/pyenv"')
    make_installing_python(tmp_path / "pyenv/versions/3.13.7/bin/python3.13")
    result = run_eira(checkout, tools, "urls", MAKE=MAKE)
    assert result.returncode == 0, result.stderr
    assert "pyenv/versions/3.13.7" in result.stdout
    assert result.stdout.rstrip().endswith("-m cli urls")


@pytest.mark.parametrize("place", ["root", ".pyenv"])
def test_pyenv_is_found_without_its_command(
    checkout: Path, tools: Path, tmp_path: Path, place: str
) -> None:
    make_installing_python(tmp_path / place / "versions/3.13.1/bin/python3.13")
    result = run_eira(checkout, tools, MAKE=MAKE, PYENV_ROOT=str(tmp_path / "root"))
    assert result.returncode == 0, result.stderr
    assert f"{place}/versions/3.13.1" in result.stdout


def test_a_python3_that_is_new_enough_will_do(checkout: Path, tools: Path) -> None:
    make_installing_python(tools / "python3")
    assert run_eira(checkout, tools, MAKE=MAKE).returncode == 0


def test_without_a_python_it_says_what_is_missing_and_how_to_get_it(
    checkout: Path, tools: Path
) -> None:
    write_program(tools / "python3", "exit 1  # 3.11 fails the version check")
    result = run_eira(checkout, tools, "up")
    assert result.returncode == 2
    assert "needs Python 3.13" in result.stderr
    assert "pyenv install 3.13" in result.stderr
    assert result.stdout == ""


def test_it_works_from_another_folder_and_through_a_link(
    checkout: Path, tools: Path, tmp_path: Path
) -> None:
    make_installing_python(tools / "python3.13")
    link = tmp_path / "eira-link"
    link.symlink_to(checkout / "eira")
    result = subprocess.run(
        [link, "token"],
        cwd="/",
        env={"PATH": str(tools), "MAKE": MAKE},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.rstrip().endswith("-m cli token")


def test_two_at_once_make_one_environment_where_an_earlier_run_was_cut_off(
    checkout: Path, tools: Path
) -> None:
    # The base interpreter: made from inside a virtualenv, the new one would depend on it.
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (tools / "python3.13").symlink_to(Path(sys.base_prefix) / "bin" / version)
    (checkout / "cli" / "__main__.py").write_text("import sys; print(sys.prefix, sys.argv[1:])")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (checkout / ".venv" / "unfinished").touch()

    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda _: run_eira(checkout, tools, "urls"), range(2)))

    for result in results:
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip() == f"{checkout}/.venv ['urls']"
    assert sum("Making .venv" in result.stderr for result in results) == 1
    assert run_eira(checkout, tools, "urls").stderr == ""


def test_eira_is_a_program_that_sh_understands() -> None:
    assert os.access(ROOT / "eira", os.X_OK)
    subprocess.run(["sh", "-n", ROOT / "eira"], check=True, timeout=10)
