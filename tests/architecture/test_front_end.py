"""What the front end is built from: the document its types are of, and a lock file for all."""

import json
from pathlib import Path
from typing import Any

from api.openapi.document import build
from api.openapi.flow_language import language

FRONT_END = Path(__file__).parents[2] / "frontend"
LOCK: dict[str, Any] = json.loads((FRONT_END / "package-lock.json").read_text("utf-8"))
PACKAGES: dict[str, dict[str, Any]] = LOCK["packages"]
UPDATE = "python -m api.openapi > frontend/openapi.json; (cd frontend && npm run types)"
ENGINE = FRONT_END / "projects" / "flow-engine" / "src" / "lib" / "language.json"
LANGUAGE = (
    "python -m api.openapi.flow_language > frontend/projects/flow-engine/src/lib/language.json"
)


def test_the_types_are_of_the_document_the_app_serves() -> None:
    written = json.loads((FRONT_END / "openapi.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(build())), f"written anew by: {UPDATE}"


def test_the_flow_engine_has_the_language_of_the_contracts() -> None:
    written = json.loads(ENGINE.read_text("utf-8"))
    assert written == json.loads(json.dumps(language())), f"written anew by: {LANGUAGE}"


def test_the_lock_file_names_no_address_and_says_what_each_package_hashes_to() -> None:
    downloaded = {name: each for name, each in PACKAGES.items() if name.startswith("node_modules/")}
    assert downloaded
    assert [name for name, each in downloaded.items() if "resolved" in each] == []
    assert [name for name, each in downloaded.items() if "integrity" not in each] == []


def test_the_lock_file_has_the_packages_of_every_platform() -> None:
    missing = [
        (name, optional)
        for name, each in PACKAGES.items()
        for optional in each.get("optionalDependencies", {})
        if not {f"{name}/node_modules/{optional}", f"node_modules/{optional}"} & PACKAGES.keys()
    ]
    assert missing == []
    for platform in ("linux-x64", "linux-arm64", "darwin-arm64", "win32-x64"):
        assert f"node_modules/@esbuild/{platform}" in PACKAGES, platform


def test_every_package_has_an_exact_version() -> None:
    written = json.loads((FRONT_END / "package.json").read_text("utf-8"))
    versions = written["dependencies"] | written["devDependencies"]
    assert [name for name, version in versions.items() if not version[0].isdigit()] == []
