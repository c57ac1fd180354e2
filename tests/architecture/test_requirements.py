"""What is locked can be installed where Azure runs the app: Linux, x86-64, Python 3.13."""

from collections.abc import Iterator
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.architecture.deployed import AZURE, ROOT, deployed_packages, is_for_azure

LOCKED = deployed_packages()


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


def test_extras_that_are_asked_for_find_what_they_need() -> None:
    with_extras = [each for each in asked() if each.extras]
    assert [str(one) for each in with_extras for one in needed(each) if lacking(one)] == []
