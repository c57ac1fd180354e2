"""What the audits' tools say is read rightly, and what they could not ask is compared by hand."""

import json
from pathlib import Path

import pytest

from cli.checks import dependencies
from cli.checks.dependencies import ADVISORIES, judged, locks
from cli.checks.packages import (
    Advisory,
    Package,
    node_packages,
    python_packages,
    read_advisories,
    weak,
)
from cli.checks.services import Answer, answer_of_npm, answer_of_pip_audit

ROOT = Path(__file__).parents[3]
OLD = Package("pypi", "jinja2", "2.4.1")
NEW = Package("pypi", "jinja2", "3.1.6")


def test_a_version_below_the_mended_one_is_weak_and_the_mended_one_is_not() -> None:
    advisories = [Advisory("pypi", "jinja2", "3.1.6", "CVE-2025-27516")]
    (found,) = weak([OLD, NEW], advisories)
    assert str(found) == "jinja2 2.4.1 (pypi): CVE-2025-27516; take 3.1.6"


def test_an_advisory_of_one_registry_says_nothing_of_the_other() -> None:
    advisories = [Advisory("npm", "jinja2", "3.1.6", "CVE-2025-27516")]
    assert weak([OLD], advisories) == ()


def test_versions_are_compared_as_versions_and_not_as_texts() -> None:
    advisories = [Advisory("pypi", "jinja2", "3.1.10", "CVE-1")]
    assert len(weak([NEW], advisories)) == 1


def test_a_python_lock_is_read_line_by_line(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        "Foo_Bar==1.2 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n# x==1\nbaz==3.0rc1 \\\n"
    )
    assert python_packages(lock) == (
        Package("pypi", "foo-bar", "1.2"),
        Package("pypi", "baz", "3.0rc1"),
    )


def test_a_node_lock_is_read_with_what_its_packages_need_for_themselves(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    packages = {
        "": {"name": "ours", "version": "1.0.0"},
        "node_modules/@a/b": {"version": "2.0.0"},
        "node_modules/@a/b/node_modules/c": {"version": "3.0.0"},
    }
    lock.write_text(json.dumps({"packages": packages}))
    assert node_packages(lock) == (Package("npm", "@a/b", "2.0.0"), Package("npm", "c", "3.0.0"))


def test_what_pip_audit_finds_is_told_and_what_it_skipped_is_unasked() -> None:
    vulns = [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": []}]
    said = {
        "dependencies": [
            {"name": "jinja2", "version": "2.4.1", "vulns": vulns},
            {"name": "six", "skip_reason": "not found"},
        ]
    }
    six = Package("pypi", "six", "1.17.0")
    answer = answer_of_pip_audit(said, [OLD, six])
    assert [str(each) for each in answer.found] == ["jinja2 2.4.1 (pypi): PYSEC-1; take 3.1.6"]
    assert answer.unasked == (six,)


def test_what_npm_finds_is_told_once_where_it_is() -> None:
    packages = [Package("npm", "ws", "8.0.0"), Package("npm", "uses-ws", "1.0.0")]
    said = {
        "auditReportVersion": 2,
        "vulnerabilities": {
            "ws": {"via": [{"url": "https://github.com/advisories/GHSA-1"}]},
            "uses-ws": {"via": ["ws"]},
        },
    }
    answer = answer_of_npm(said, packages)
    assert [each.advisory for each in answer.found] == ["https://github.com/advisories/GHSA-1"]
    assert answer.unasked == ()


@pytest.mark.parametrize("said", [None, {"statusCode": 405, "message": "Method Not Allowed"}])
def test_a_service_that_does_not_answer_leaves_all_unasked(said: dict[str, object] | None) -> None:
    ws = Package("npm", "ws", "8.0.0")
    answer = answer_of_npm(said, [ws])
    assert answer == Answer((), (ws,))
    assert [each.advisory for each in judged(answer, read_advisories(ADVISORIES))] == [
        "CVE-2024-37890"
    ]


def test_no_locked_package_has_a_weakness_that_is_written_down() -> None:
    every = [node_packages(each) for each in locks(ROOT) if each.name == "package-lock.json"]
    packages = [*python_packages(ROOT / "requirements-dev.txt"), *(p for ps in every for p in ps)]
    assert len(packages) > 100
    assert weak(packages, read_advisories(ADVISORIES)) == ()


def test_the_lock_of_developers_holds_what_all_others_hold() -> None:
    of_developers = set(python_packages(ROOT / dependencies.PYTHON_LOCK))
    for lock in ROOT.glob("requirements*.txt"):
        assert set(python_packages(lock)) <= of_developers
