"""What is deployed: the files that .funcignore leaves, and the packages of requirements.txt."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
AZURE: Mapping[str, str] = {
    "implementation_name": "cpython",
    "implementation_version": "3.13.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.13.0",
    "python_version": "3.13",
    "sys_platform": "linux",
}
"""What the app runs on there (infra/app/function.bicep), as markers of packages ask for it."""


def patterns() -> list[str]:
    lines = (ROOT / ".funcignore").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_left_out(path: str) -> bool:
    return _left_out().match(path) is not None


@cache
def _left_out() -> re.Pattern[str]:
    """Core Tools reads each line as a prefix that ends at a word boundary (GitIgnoreParser.cs)."""

    def as_regex(pattern: str) -> str:
        escaped = re.sub(r"[\-\[\]/{}()+?.\\^$|]", lambda found: f"\\{found[0]}", pattern)
        return escaped.replace("**", "(.+)").replace("*", "([^/]+)")

    joined = "|".join(as_regex(pattern.lstrip("/")) for pattern in patterns())
    return re.compile(rf"^({joined})(\b|$)", re.ASCII)


def deployed_files() -> Iterator[Path]:
    """Relative to the root."""
    for entry in sorted(ROOT.iterdir()):
        # What is left out may be large, and somebody's own.
        if is_left_out(f"{entry.name}/any.py" if entry.is_dir() else entry.name):
            continue
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            relative = path.relative_to(ROOT)
            if path.is_file() and not is_left_out(relative.as_posix()):
                yield relative


def deployed_packages() -> dict[str, Requirement]:
    """By their names: what is locked, as far as it is for Azure."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    lines = re.findall(r"^[A-Za-z0-9][^\\\n]*", text, re.MULTILINE)
    locked = map(Requirement, lines)
    return {each.name: each for each in locked if is_for_azure(each)}


def is_for_azure(wanted: Requirement, extra: str = "") -> bool:
    return wanted.marker is None or wanted.marker.evaluate({**AZURE, "extra": extra})
