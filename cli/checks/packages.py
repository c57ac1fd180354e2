"""Which packages the lock files name, and which versions have a known weakness."""

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.version import Version

type Registry = Literal["pypi", "npm"]

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    registry: Registry
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.registry})"


@dataclass(frozen=True, slots=True)
class Advisory:
    """Versions of `package` lower than `below` have the weakness that `id` describes."""

    registry: Registry
    package: str
    below: str
    id: str


@dataclass(frozen=True, slots=True)
class Finding:
    package: Package
    advisory: str
    mended: str | None
    """The version that no longer has it, where there is one."""

    def __str__(self) -> str:
        mended = f"; take {self.mended}" if self.mended else "; no version mends it yet"
        return f"{self.package}: {self.advisory}{mended}"


def python_packages(lock: Path) -> tuple[Package, ...]:
    """Of a file that pip installs from: `name==version` at the beginning of a line."""
    found = _LOCKED.findall(lock.read_text("utf-8"))
    return tuple(Package("pypi", _plain(name), version) for name, version in found)


def node_packages(lock: Path) -> tuple[Package, ...]:
    """Of a package-lock.json of version 2 or 3, the project itself left out."""
    entries = json.loads(lock.read_text("utf-8"))["packages"]
    return tuple(
        Package("npm", path.rpartition("node_modules/")[2], entry["version"])
        for path, entry in entries.items()
        if path and "version" in entry
    )


def read_advisories(file: Path) -> tuple[Advisory, ...]:
    """From TOML: a table for each registry, in it `package = [{below, id}]`."""
    document = tomllib.loads(file.read_text("utf-8"))
    registries: tuple[Registry, ...] = ("pypi", "npm")
    return tuple(
        Advisory(registry, package, each["below"], each["id"])
        for registry in registries
        for package, several in document.get(registry, {}).items()
        for each in several
    )


def weak(packages: Iterable[Package], advisories: Sequence[Advisory]) -> tuple[Finding, ...]:
    """Those of the packages that an advisory speaks of."""
    return tuple(
        Finding(package, advisory.id, advisory.below)
        for package in packages
        for advisory in advisories
        if (package.registry, package.name) == (advisory.registry, advisory.package)
        and Version(package.version) < Version(advisory.below)
    )


def _plain(name: str) -> str:
    """As the index compares names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
