"""Reading a pack's folder: everything the manifest names, and everything that is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from shared.contracts.agents import ParticipantContract
from shared.contracts.base import Contract
from shared.contracts.identity import Language
from shared.contracts.tools import FlowContract, Pack, ToolContract
from shared.packs.conditions import record_problems
from shared.packs.declared import Declared
from shared.packs.json_lines import JsonFile
from shared.packs.participants import participant_problems
from shared.packs.problems import Problem
from shared.packs.rules import flow_problems, tool_problems

MANIFEST = "pack.json"
PROMPTS = (
    "agent",
    "base",
    "choose",
    "clarify",
    "plan",
    "respond",
    "small_talk",
    "summary",
    "triage",
)
"""What the app asks every pack for."""


class Manifest(Contract):
    """pack.json: what belongs to the pack. `knowledge` is how many documents there are."""

    version: str
    languages: tuple[Language, ...] = Field(min_length=1)
    description: str = ""
    prompts: tuple[str, ...]
    tools: tuple[str, ...]
    flows: tuple[str, ...]
    participants: tuple[str, ...] = ()
    knowledge: int = Field(ge=0)


@dataclass
class PackReading:
    """What could be read. `pack` is whole only when there are no `problems`."""

    version: str
    manifest: Declared[Manifest] | None = None
    prompts: dict[Language, dict[str, str]] = field(default_factory=dict)
    tools: dict[str, Declared[ToolContract]] = field(default_factory=dict)
    flows: dict[str, Declared[FlowContract]] = field(default_factory=dict)
    participants: dict[str, Declared[ParticipantContract]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def pack(self) -> Pack:
        return Pack(
            version=self.version,
            prompts=self.prompts,
            tools={name: tool.content for name, tool in self.tools.items()},
            flows={flow.content.flow_type: flow.content for flow in self.flows.values()},
            participants={name: each.content for name, each in self.participants.items()},
        )


@dataclass(frozen=True, slots=True)
class PackFolder:
    """`shown` is what problems call the folder."""

    folder: Path
    shown: str

    def read(self) -> PackReading:
        """All but the documents of `knowledge/`, which are for Cerebro, not the app."""
        reading = PackReading(self.folder.name)
        reading.manifest = self._json(Manifest, MANIFEST, reading.problems)
        if reading.manifest is None:
            return reading
        manifest = reading.manifest.content
        reading.tools = self._all(ToolContract, "tools", reading)
        reading.flows = self._all(FlowContract, "flows", reading)
        reading.participants = self._all(ParticipantContract, "participants", reading)
        reading.prompts = {
            language: dict(self._prompts(language, manifest.prompts, reading.problems))
            for language in manifest.languages
        }
        reading.problems += self._manifest_problems(reading.manifest)
        reading.problems += _contract_problems(reading, manifest.languages)
        return reading

    def _manifest_problems(self, declared: Declared[Manifest]) -> Iterator[Problem]:
        manifest, file = declared.content, declared.file
        if manifest.version != self.folder.name:
            what = f"version is {manifest.version!r} in a folder called {self.folder.name!r}"
            yield file.problem(("version",), what, "give both the same name")
        for name in PROMPTS:
            if name not in manifest.prompts:
                yield file.problem(("prompts",), f"the app needs a prompt {name!r}", "add it")
        named = {
            "tools": manifest.tools,
            "flows": manifest.flows,
            "participants": manifest.participants,
        }
        for kind, names in named.items():
            yield from self._strangers(kind, names, f"{kind}/*.json")
        yield from self._strangers("prompts", manifest.prompts, "prompts/*/*.md")

    def _strangers(self, kind: str, names: Sequence[str], pattern: str) -> Iterator[Problem]:
        for path in sorted(self.folder.glob(pattern)):
            if path.stem not in names:
                what = f"{path.stem!r} is not among the {kind} of {MANIFEST}"
                yield Problem(self._shown(path), 1, what, "name it there or remove the file")

    def _all[T: Contract](
        self, contract: type[T], kind: str, reading: PackReading
    ) -> dict[str, Declared[T]]:
        """The files of `kind` that the manifest names and that could be read, by name."""
        assert reading.manifest is not None
        names: Sequence[str] = getattr(reading.manifest.content, kind)
        found: dict[str, Declared[T]] = {}
        for position, name in enumerate(names):
            path = f"{kind}/{name}.json"
            if not (self.folder / path).is_file():
                what, remedy = f"{path} is missing", "add the file or remove the name"
                place = (kind, position)
                reading.problems.append(reading.manifest.file.problem(place, what, remedy))
            elif declared := self._json(contract, path, reading.problems):
                found[name] = declared
        return found

    def _json[T: Contract](
        self, contract: type[T], name: str, problems: list[Problem]
    ) -> Declared[T] | None:
        text = self._text(self.folder / name, problems)
        if text is None:
            return None
        file = JsonFile(f"{self.shown}/{name}", text)
        content, wrong = file.read(contract)
        problems += wrong
        return None if content is None else Declared(content, file)

    def _prompts(
        self, language: Language, names: Sequence[str], problems: list[Problem]
    ) -> Iterator[tuple[str, str]]:
        """Every language has every prompt: which one is used shows only when somebody writes."""
        for name in names:
            path = self.folder / "prompts" / language / f"{name}.md"
            text = self._text(path, problems)
            if text is not None and not text.strip():
                problems.append(Problem(self._shown(path), 1, "the prompt is empty", "write it"))
            yield name, (text or "").strip()

    def _text(self, path: Path, problems: list[Problem]) -> str | None:
        try:
            return path.read_text("utf-8")
        except FileNotFoundError:
            problems.append(Problem(self._shown(path), 1, "the file is missing", "add it"))
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            problems.append(Problem(self._shown(path), line, "this is not UTF-8", "save it so"))
        return None

    def _shown(self, path: Path) -> str:
        return f"{self.shown}/{path.relative_to(self.folder).as_posix()}"


def _contract_problems(reading: PackReading, languages: Sequence[Language]) -> Iterator[Problem]:
    tools = {name: tool.content for name, tool in reading.tools.items()}
    # Their own problems have been told; flows that use them are not wrong for it.
    unreadable = set(_named(reading, "tools")) - tools.keys()
    for name, tool in reading.tools.items():
        yield from tool_problems(name, tool.content, tool.file, languages)
        yield from record_problems(tool.content, tool.file, tools, unreadable)
    for name, flow in reading.flows.items():
        yield from flow_problems(name, flow.content, flow.file, languages, tools, unreadable)
    yield from participant_problems(
        reading.participants, languages, _named(reading, "tools"), _named(reading, "prompts")
    )


def _named(reading: PackReading, kind: str) -> Sequence[str]:
    names: Sequence[str] = getattr(reading.manifest.content, kind) if reading.manifest else ()
    return names
