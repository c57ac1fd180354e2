"""The browser of the browser tests: the system's Chromium, installed when it is missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.errors import CommandError
from cli.running import DATA

from .node import Say, run_logged

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHOSEN = "EIRA_CHROMIUM"
LOG = DATA / "logs" / "chromium-install.log"
HOW = (
    "the browser tests need Chromium: install it (Debian: apt-get install chromium), "
    f"or name the program of one in {CHOSEN}"
)


def chromium(say: Say) -> Path:
    """Its program; installs Debian's package where this may. Raises CommandError, saying how."""
    if (found := find(os.environ)) is not None:
        return found
    prefix = _who_may_install() if shutil.which("apt-get") else None
    if prefix is None:
        raise CommandError(f"{HOW}.")
    say("Installing Chromium from the system's packages, once …")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    run_logged([*apt, "update", "-q"], LOG, "apt-get update failed", say)
    command = [*apt, "install", "-y", "-q", "--no-install-recommends", "chromium"]
    run_logged(command, LOG, f"apt-get install chromium failed; {HOW}", say)
    if (found := find(os.environ)) is None:
        raise CommandError(f"the package chromium brought no program of its name; {HOW}.")
    return found


def find(environment: Mapping[str, str]) -> Path | None:
    """The one that is named, else the first in PATH. Raises CommandError for a wrong name."""
    if chosen := environment.get(CHOSEN):
        if not os.access(chosen, os.X_OK):
            raise CommandError(f"{CHOSEN} is {chosen}, which is no program.")
        return Path(chosen)
    path = environment.get("PATH")
    programs = (shutil.which(name, path=path) for name in NAMES)
    return next((Path(program) for program in programs if program), None)


def _who_may_install() -> Sequence[str] | None:
    """What goes before a command of the system's administrator; None when that is nobody here."""
    if os.geteuid() == 0:
        return ()
    asked = ["sudo", "-n", "true"]
    if shutil.which("sudo") and not subprocess.run(asked, capture_output=True).returncode:
        return ("sudo", "-n")
    return None
