"""What is locked can be installed where Azure runs the app: Linux, x86-64, Python 3.13."""

import re
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, parse_tag, sys_tags
from packaging.utils import canonicalize_name

from tests.architecture.deployed import AZURE, ROOT, deployed_packages, is_for_azure

LOCKED = deployed_packages()
GLIBC = 36
"""2.36, that of Debian 12, on which Microsoft builds its images for this Python."""
PLATFORMS = [
    *(f"manylinux_2_{minor}_x86_64" for minor in range(GLIBC, 4, -1)),
    *(f"manylinux{old}_x86_64" for old in ("2014", "2010", "1")),
]
TAKEN_BY_AZURE = frozenset(
    [*cpython_tags((3, 13), platforms=PLATFORMS), *compatible_tags((3, 13), "cp313", PLATFORMS)]
)


def taken_here() -> frozenset[Tag]:
    """On the same kind of machine nothing more than there: what was built here has no such name."""
    if sysconfig.get_platform() == "linux-x86_64":
        return TAKEN_BY_AZURE
    return TAKEN_BY_AZURE | frozenset(sys_tags())


def needed(package: Requirement) -> Iterator[Requirement]:
    """What it names itself, for the extras with which it is wanted."""
    for line in distribution(package.name).requires or ():
        wanted = Requirement(line)
        if any(is_for_azure(wanted, extra) for extra in ("", *package.extras)):
            yield wanted


def lacking(wanted: Requirement) -> bool:
    locked = LOCKED.get(canonicalize_name(wanted.name))
    if locked is None:
        return True
    (version,) = (each.version for each in locked.specifier)
    return not wanted.specifier.contains(version, prereleases=True)


def asked() -> list[Requirement]:
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line and line[0].isalnum()]


def test_what_is_asked_for_is_locked() -> None:
    assert asked()
    assert [str(each) for each in asked() if lacking(each)] == []


@pytest.mark.parametrize("name", LOCKED)
def test_a_package_is_for_this_python_and_finds_what_it_needs(name: str) -> None:
    found = distribution(name)
    assert LOCKED[name].specifier.contains(found.version, prereleases=True), "tested as deployed"
    least = SpecifierSet(found.metadata.get("Requires-Python", ""))
    assert least.contains(AZURE["python_full_version"])
    assert [str(each) for each in needed(LOCKED[name]) if lacking(each)] == []


@pytest.mark.parametrize("name", LOCKED)
def test_a_package_is_installed_from_a_wheel_and_built_nowhere(name: str) -> None:
    told = re.findall(r"^Tag: (\S+)", distribution(name).read_text("WHEEL") or "", re.MULTILINE)
    tags = frozenset(tag for each in told for tag in parse_tag(each))
    assert tags & taken_here(), told


def test_extras_that_are_asked_for_find_what_they_need() -> None:
    with_extras = [each for each in asked() if each.extras]
    assert [str(one) for each in with_extras for one in needed(each) if lacking(one)] == []
