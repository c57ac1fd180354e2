"""Brings .venv to what requirements-dev.txt locks; run by `./eira` with any Python 3.13.

Standard library only: nothing is installed yet when this runs.
"""

import contextlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

LOCK = Path("requirements-dev.txt")
ENVIRONMENT = Path(".venv")
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "installed-lock.txt"
UNFINISHED = ENVIRONMENT / "unfinished"
VECTORS = Path(".eira/cache/vectors.sqlite")
"""Where demo/cloud.json tells the model service to keep them."""

SOURCES = (
    "activities",
    "api",
    "cli",
    "demo",
    "emulator",
    "function_app.py",
    "orchestrators",
    "shared",
)

EXIT_MISSING = 2


class InstallationError(Exception):
    """The environment could not be made; the message says what to do."""


def main() -> int:
    try:
        with _only_one_at_a_time():
            if not is_current():
                install()
    except InstallationError as failed:
        print(failed, file=sys.stderr)
        return EXIT_MISSING
    except KeyboardInterrupt:
        print("\nInterrupted; run the same command again to start over.", file=sys.stderr)
        return 130
    return 0


def is_current() -> bool:
    """Whether .venv is whole and holds exactly what the lock says."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes()


def install() -> None:
    """Makes .venv when it is missing or was cut off, then installs the lock; raises
    `InstallationError`. The stamp is written last, so that a cut-off run is never taken for
    a finished one.
    """
    lock = LOCK.read_bytes()
    if UNFINISHED.exists() or not _environment_works():
        _make_environment()
    STAMP.unlink(missing_ok=True)
    UNFINISHED.touch()
    status = _run_pip(total=sum(b"==" in line.split(b";")[0] for line in lock.splitlines()))
    # pip has ended by itself: whatever it says, it has left no half-installed package behind.
    UNFINISHED.unlink()
    if status != 0:
        raise InstallationError(
            "The packages could not be installed (pip's message is above). "
            "Check the connection to the package registry, then run the same command again."
        )
    compile_sources()
    _compute_embeddings()
    STAMP.write_bytes(lock)


def compile_sources() -> None:
    """Once, here: where Python is told to write no byte code (PYTHONDONTWRITEBYTECODE, as images of
    containers often do) every process would compile what it imports, a quarter of its start.

    Without it everything works as well, so nobody is told when it fails.
    """
    there = [name for name in SOURCES if Path(name).exists()]
    subprocess.run([PYTHON, "-m", "compileall", "-qq", *there], check=False)


def _compute_embeddings() -> None:
    """Half a second of computing for each document of the pack: once, here, not at every start."""
    print("Computing the embeddings of the knowledge, once …", file=sys.stderr)
    texts = subprocess.run([PYTHON, "-m", "cli.texts"], capture_output=True, check=False)
    command = [str(PYTHON), "-m", "emulator", "embed", "--file", str(VECTORS)]
    if texts.returncode or subprocess.run(command, input=texts.stdout, check=False).returncode:
        raise InstallationError(
            "The embeddings could not be computed; run the same command again. "
            + texts.stderr.decode("utf-8", "replace")
        )


@contextlib.contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """Holds the lock file itself, so that two commands do not install over one another."""
    try:
        import fcntl
    except ImportError:
        # Windows: no such lock; two installations at once are the user's to avoid.
        yield
        return
    with LOCK.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another ./eira is installing; waiting for it …", file=sys.stderr)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _environment_works() -> bool:
    if not PYTHON.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info < (3, 13))"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def _make_environment() -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if missing:
        raise InstallationError(
            f"{sys.executable} lacks the module {' and '.join(missing)}. On Debian and Ubuntu:\n"
            f"  apt-get install python{version}-venv\nThen run the same command again."
        )
    print(f"Making .venv with Python {version} …", file=sys.stderr)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    ENVIRONMENT.mkdir()
    UNFINISHED.touch()
    made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=False)
    if made.returncode != 0:
        raise InstallationError("Python could not make .venv; its message is above.")


def _run_pip(total: int) -> int:
    print(f"Installing {total} locked packages into .venv …", file=sys.stderr)
    options = [
        "--require-hashes",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
    ]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(LOCK)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as pip:
        assert pip.stdout is not None
        show_progress(pip.stdout, total, on_terminal=sys.stderr.isatty())
        return pip.wait()


def show_progress(lines: Iterable[str], total: int, *, on_terminal: bool) -> None:
    """Retells pip's output: one line that rewrites itself on a terminal, else a line a package."""
    count = 0
    for line in lines:
        words = line.split()
        match words:
            case ["Collecting", package, *_] | [
                "Requirement",
                "already",
                "satisfied:",
                package,
                *_,
            ]:
                count += 1
                said = f"[{count}/{total}] {package}"
            case ["Installing", "collected", *_]:
                said = "Unpacking; this takes the longest …"
            case _:
                continue
        if on_terminal:
            print(f"\r\033[K{said[:78]}", end="", file=sys.stderr, flush=True)
        elif "satisfied" not in line:
            print(said, file=sys.stderr, flush=True)
    if on_terminal:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
