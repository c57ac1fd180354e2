"""frontend/package-lock.json installs the same everywhere: no addresses, no platform left out."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
LOCK: dict[str, Any] = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
PACKAGE: dict[str, Any] = json.loads((FRONTEND / "package.json").read_text("utf-8"))
EXACT = re.compile(r"\d+\.\d+\.\d+(?:-[\w.]+)?")


def locked() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every package of a registry by its place; the first entry is the project itself."""
    return ((place, one) for place, one in LOCK["packages"].items() if place)


def found_from(place: str, name: str) -> bool:
    """Whether Node, looking from a package's place, finds `name` in a folder above."""
    while True:
        if f"{place}/node_modules/{name}".lstrip("/") in LOCK["packages"]:
            return True
        if not place:
            return False
        place = place.rpartition("node_modules/")[0].rstrip("/")


def test_no_package_says_where_it_was_downloaded() -> None:
    assert [place for place, one in locked() if "resolved" in one] == []


def test_every_package_has_its_checksum() -> None:
    assert [place for place, one in locked() if not one.get("integrity")] == []


def test_no_package_for_another_platform_is_missing() -> None:
    missing = [
        f"{place}: {name}"
        for place, one in locked()
        for name in one.get("optionalDependencies", {})
        if not found_from(place, name)
    ]
    assert missing == []


def test_packages_for_other_platforms_are_there_to_be_missed() -> None:
    systems = {system for _, one in locked() for system in one.get("os", ())}
    assert {"linux", "darwin", "win32"} <= systems


def test_every_version_of_ours_is_exact_and_the_locked_one() -> None:
    wanted = {**PACKAGE["dependencies"], **PACKAGE["devDependencies"]}
    assert [name for name, version in wanted.items() if not EXACT.fullmatch(version)] == []
    packages = LOCK["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert {**packages[""]["dependencies"], **packages[""]["devDependencies"]} == wanted


def test_npm_is_told_to_leave_addresses_out_and_run_nobodys_scripts() -> None:
    told = (FRONTEND / ".npmrc").read_text("utf-8").splitlines()
    assert {"omit-lockfile-registry-resolved=true", "ignore-scripts=true"} <= set(told)
    assert not [line for line in told if line.strip().startswith(("registry", "//"))]
