"""The interpreter that runs the app: this one, or that of the app's own virtual environment."""

import subprocess
import sys
from pathlib import Path

from emulator.host.settings import CannotStart

_ASK = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"


def interpreter(given: Path | None) -> str:
    """The path of the interpreter; `given` may also be the folder of a virtual environment.

    Its Python must be of this one's version: the worker library comes from here when the app's
    environment lacks it. Raises CannotStart.
    """
    if given is None:
        return sys.executable
    # Not resolved: a virtual environment is found by the link's place.
    python = (given / "bin" / "python" if given.is_dir() else given).absolute()
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        said = subprocess.run(
            [str(python), "-c", _ASK], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(f"--python {given} does not run: {error}", 2) from error
    if said != ours:
        raise CannotStart(
            f"--python {given} is Python {said}: the app's environment must be of {ours}, as this "
            f"host; make it with python{ours} -m venv",
            2,
        )
    return str(python)
