"""Everything that can be wrong in a pack, found at once."""

from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError

from cli.knowledge.chunks import read_library
from shared.contracts.tools import ToolContract
from shared.packs.json_lines import JsonFile
from shared.packs.problems import Problem
from shared.packs.reading import MANIFEST, PackFolder, PackReading


def check_pack(folder: Path, shown: str) -> list[Problem]:
    """What the app refuses when it reads the pack, and besides: schemas that are none, defaults
    that break theirs, and the knowledge. `shown` is what problems call the folder."""
    reading = PackFolder(folder, shown).read()
    problems = [*reading.problems, *_knowledge_problems(folder, shown, reading)]
    for tool in reading.tools.values():
        problems += _schema_problems(tool.content, tool.file)
    return sorted(set(problems))


def _knowledge_problems(folder: Path, shown: str, reading: PackReading) -> Iterator[Problem]:
    library = read_library(folder, shown)
    yield from library.problems
    if reading.manifest is None:
        return
    manifest, file = reading.manifest.content, reading.manifest.file
    if library.files != manifest.knowledge:
        what = f"knowledge is {manifest.knowledge} and there are {library.files} documents"
        yield file.problem(("knowledge",), what, f"write {library.files}, or find what is missing")
    for document in library.documents:
        if document.about.language not in manifest.languages:
            name = f"{shown}/knowledge/{document.about.id}.md"
            what = f"{document.about.language!r} is not among the languages of {MANIFEST}"
            yield Problem(name, 1, what, "add it there or translate the document")


def _schema_problems(tool: ToolContract, file: JsonFile) -> Iterator[Problem]:
    for part, schema in (("arguments", tool.arguments), ("result", tool.result)):
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            what = f"this is no JSON Schema (2020-12): {error.message}"
            yield file.problem((part, *error.absolute_path), what, "correct it")
            return
    for argument, schema in tool.arguments.get("properties", {}).items():
        if "default" not in schema:
            continue
        if not Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(
            schema["default"]
        ):
            place = ("arguments", "properties", argument, "default")
            what = f"the default of {argument} breaks its own schema"
            yield file.problem(place, what, "give another one")
