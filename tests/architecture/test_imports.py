"""The arrows of import between the rooms of the house (docs/architecture.md)."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = (
    "activities",
    "api",
    "bench",
    "cli",
    "demo",
    "emulator",
    "evaluation",
    "function_app",
    "orchestrators",
)
CORE = ("shared.contracts", "shared.ports", "shared.errors")
TOLD = (
    "shared.telemetry.context",
    "shared.telemetry.operations",
    "shared.telemetry.requests",
    "shared.telemetry.steps",
)
"""What is told at the edge and around steps; the rest of the room wraps ports, for bootstrap."""

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "function_app.py": (
        "activities",
        "api",
        "orchestrators",
        "shared.contracts.activities",
        "shared.contracts.agent_activities",
        "shared.contracts.flows.runs",
        "shared.bootstrap",
        "shared.late_imports",
        "shared.ports",
        "shared.starting",
        "shared.triggers",
    ),
    "api": (
        "api",
        *CORE,
        "shared.calling",
        "shared.flows",
        "shared.streams",
        *TOLD,
    ),
    "orchestrators": ("orchestrators", "shared.contracts", "shared.durable"),
    "activities": (
        "activities",
        *CORE,
        "shared.awaiting",
        "shared.calling",
        "shared.flows",
        "shared.search.context",
        "shared.search.embedding",
        "shared.search.fusion",
        "shared.streams",
        "shared.tools",
    ),
    "shared/contracts": ("shared.contracts",),
    # What an agent call comes to, also of a flow's node.
    "shared/calling": (
        "shared.calling",
        *CORE,
        "shared.credentials.names",
        "shared.credentials.profiles",
    ),
    # Which profile holds is decided in one place.
    "shared/flows": ("shared.flows", "shared.contracts", "shared.credentials.profiles"),
    "shared/ports": ("shared.ports", "shared.contracts"),
    "shared/awaiting.py": ("shared.errors",),
    "shared/errors.py": ("shared.contracts",),
    "shared/sections.py": (),
    "shared/environment.py": ("shared.sections",),
    "shared/model_settings.py": ("shared.sections",),
    "shared/limit_settings.py": ("shared.sections",),
    "shared/tool_settings.py": ("shared.sections",),
    "shared/telemetry_settings.py": ("shared.sections",),
    "shared/security_settings.py": ("shared.sections",),
    "shared/search_settings.py": ("shared.sections",),
    "shared/credentials": ("shared.credentials", *CORE),
    "shared/credentialing.py": (
        "shared.contracts",
        "shared.credentials",
        "shared.errors",
        "shared.security_settings",
        "shared.settings",
    ),
    "shared/settings.py": (
        "shared.errors",
        "shared.limit_settings",
        "shared.model_settings",
        "shared.own_machine",
        "shared.search_settings",
        "shared.environment",
        "shared.sections",
        "shared.security_settings",
        "shared.setting_examples",
        "shared.telemetry_settings",
        "shared.tool_settings",
    ),
    "shared/own_machine.py": (),
    "shared/setting_examples.py": (),
    "shared/start_checks.py": ("shared.errors", "shared.own_machine", "shared.settings"),
    "shared/policies.py": (
        "shared.contracts",
        "shared.credentialing",
        "shared.ports",
        "shared.settings",
    ),
    "shared/providers.py": (
        "shared.extras",
        "shared.llm",
        "shared.moderation",
        "shared.settings",
        "shared.telemetry",
        *CORE,
    ),
    "shared/observing.py": ("shared.settings", "shared.telemetry", *CORE),
    "shared/telemetry": ("shared.telemetry", "shared.llm.keyed", *CORE),
    "shared/lending.py": (),
    "shared/retry_after.py": (),
    "shared/packs": ("shared.packs", "shared.contracts", "shared.errors"),
    "shared/log_masking.py": ("shared.errors",),
    "shared/durable.py": (*CORE, *TOLD, "shared.log_masking"),
    "shared/triggers.py": (
        *CORE,
        *TOLD,
        "shared.durable",
        "shared.late_imports",
        "shared.log_masking",
    ),
    "shared/late_imports.py": (),
    "shared/extras.py": ("shared.contracts", "shared.errors", "shared.settings"),
    "shared/starting.py": (
        "shared.bootstrap",
        "shared.credentialing",
        "shared.extras",
        "shared.late_imports",
        "shared.log_masking",
        "shared.observing",
        "shared.packs",
        "shared.settings",
        "shared.start_checks",
        "shared.telemetry.recording",
    ),
    "shared/identity": ("shared.identity", *CORE),
    "shared/moderation": ("shared.moderation", *CORE),
    "shared/llm": ("shared.llm", *CORE, "shared.lending", "shared.retry_after"),
    "shared/search": ("shared.search", *CORE, "shared.lending"),
    "shared/stores": ("shared.stores", *CORE, "shared.telemetry.stores"),
    "shared/streams": ("shared.streams", *CORE),
    "shared/tools": ("shared.tools", *CORE, "shared.retry_after"),
    "cli": (
        "cli",
        *CORE,
        "shared.bootstrap",
        "shared.packs",
        "shared.search",
        "shared.settings",
        "shared.starting",
        "shared.telemetry.names",
        # What the doctor asks for by name: the secrets of the settings, what a model takes.
        "shared.credentialing",
        "shared.llm.abilities",
        # What of the example flows may be stored.
        "shared.flows.keeping",
    ),
    "emulator": ("emulator",),
    # The steps of the app in this process, with stores in memory: those of the tests.
    "evaluation": (
        "evaluation",
        "activities",
        *CORE,
        "shared.bootstrap",
        "shared.packs",
        "shared.policies",
        "shared.settings",
        "shared.starting",
        "shared.tools.folding",
        "tests.fakes",
    ),
    "demo": ("demo", "emulator.services"),
}  # fmt: skip

OF_THE_STANDARD_LIBRARY = {
    "shared/flows": {
        "collections",
        "collections.abc",
        "contextlib",
        "dataclasses",
        "decimal",
        "functools",
        "importlib",
        "json",
        "math",
        "re",
        "typing",
        "urllib.parse",
    },
    "orchestrators": {"collections.abc", "dataclasses", "datetime", "enum", "itertools", "typing"},
}
THIRD_PARTY: dict[str, tuple[str, ...]] = {
    "orchestrators": ("azure.durable_functions",),
    "shared/contracts": ("pydantic",),
    "shared/ports": (),
    "shared/calling": ("pydantic", "ulid"),
    "shared/errors.py": (),
    "shared/streams": (),
    # The grammar of CEL, and regular expressions that cannot run away; both are imported late.
    "shared/flows": ("pydantic", "celpy", "re2"),
    "activities": ("pydantic", "jsonschema", "rapidfuzz"),
    "shared/stores": ("azure.cosmos", "azure.core"),
    "shared/search": ("azure.search", "azure.core"),
    "shared/llm": ("openai", "httpx2", "anthropic", "google.genai"),
    "shared/sections.py": ("pydantic",),
    "shared/model_settings.py": ("pydantic",),
    "shared/moderation": ("azure.ai.contentsafety", "azure.core", "openai"),
    "shared/environment.py": ("pydantic", "pydantic_settings"),
    "shared/settings.py": ("pydantic", "pydantic_core", "pydantic_settings"),
    "shared/limit_settings.py": ("pydantic",),
    "shared/telemetry_settings.py": ("pydantic",),
    "shared/telemetry": (
        "opentelemetry",
        "azure.monitor.opentelemetry.exporter",
        # What it is put around: requests that come in, and those that go out.
        "azurefunctions.extensions.http.fastapi",
        "azure.core",
        "aiohttp",
        "pydantic",
        "ulid",
    ),
    "shared/tool_settings.py": ("pydantic",),
    "shared/security_settings.py": ("pydantic",),
    "shared/search_settings.py": ("pydantic",),
    "shared/credentials": ("azure.core", "azure.keyvault", "cryptography", "pydantic"),
    "shared/credentialing.py": ("azure.core",),
}


def files(room: str) -> Iterator[Path]:
    place = ROOT / room
    found = [place] if place.suffix else sorted(place.rglob("*.py"))
    return (path for path in found if "tests" not in path.relative_to(ROOT).parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            # `from api import runs` names the module api.runs.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_under(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_its_arrows_allow(room: str) -> None:
    for path in files(room):
        for name in imports(path):
            if is_under(name, (*OURS, "shared", "tests")):
                assert is_under(name, MAY_IMPORT[room]), f"{path.relative_to(ROOT)}: {name}"


@pytest.mark.parametrize("room", THIRD_PARTY)
def test_a_room_knows_only_its_own_libraries(room: str) -> None:
    import sys

    for path in files(room):
        for name in imports(path):
            ours = is_under(name, (*OURS, "shared"))
            standard = name.split(".")[0] in sys.stdlib_module_names
            assert ours or standard or is_under(name, THIRD_PARTY[room]), (
                f"{path.relative_to(ROOT)}: {name}"
            )


@pytest.mark.parametrize("room", OF_THE_STANDARD_LIBRARY)
def test_a_pure_room_has_no_clock_no_randomness_and_no_input_or_output(room: str) -> None:
    import sys

    allowed = tuple(OF_THE_STANDARD_LIBRARY[room])
    for path in files(room):
        for name in imports(path):
            if name.split(".")[0] in sys.stdlib_module_names:
                assert is_under(name, allowed), f"{path.relative_to(ROOT)}: {name}"


def test_every_room_of_the_app_has_its_arrows() -> None:
    rooms = {"function_app.py", "shared/bootstrap.py", "shared/__init__.py", *MAY_IMPORT}
    for path in [*ROOT.glob("*.py"), *(ROOT / "shared").iterdir()]:
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__"):
            assert str(path.relative_to(ROOT)) in rooms, path


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    """Two threads that load late modules from both ends would wait for each other (ADR 32)."""
    rooms = ("activities", "api", "orchestrators", "shared")
    modules = {module_name(path): path for room in rooms for path in files(room)}
    needs = {
        name: {found for each in run_by(path) for found in named(each, modules)} - {name}
        for name, path in modules.items()
    }
    assert len(needs) > 200
    TopologicalSorter(needs).prepare()


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def named(name: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """A module, or the one that something is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    if name:
        yield name


def run_by(path: Path) -> Iterator[str]:
    """What is imported when the module is, not when a function of it is called."""
    left = list(ast.parse(path.read_text("utf-8")).body)
    while left:
        match left.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (f"{module}.{alias.name}" for alias in aliases)
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case node:
                left += [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
