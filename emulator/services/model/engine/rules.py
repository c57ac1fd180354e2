"""The rules as data: what the YAML files of a rules folder may say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...configuration import ConfigurationError
from .scenarios import Scenario


class Rules(BaseModel):
    """All of them; without any, the model only gives generic answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tags: Mapping[str, str] = Field(default_factory=dict)
    scenarios: Sequence[Scenario] = ()


def load_rules(folder: Path) -> Rules:
    """Joins `*.yaml` of the folder (each section in one file only) and of its `scenarios`.

    Raises `ConfigurationError` naming the file or the section that is wrong.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: there is no such folder of rules.")
    sections: dict[str, object] = {}
    for file in sorted(folder.glob("*.yaml")):
        document = _read(file)
        if not isinstance(document, dict):
            raise ConfigurationError(f"{file}: it must hold sections, each under a name.")
        if twice := sorted(set(document) & set(sections)):
            raise ConfigurationError(f"{file}: the section {twice[0]!r} is in another file too.")
        sections |= document
    sections["scenarios"] = [
        scenario
        for file in sorted((folder / "scenarios").glob("*.yaml"))
        for scenario in _list(file)
    ]
    try:
        return Rules.model_validate(sections)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise ConfigurationError(f"{folder}: {place}: {problem['msg']}.") from None


def _read(file: Path) -> object:
    try:
        document: object = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{file}: it cannot be read as YAML: {error}") from None
    return document


def _list(file: Path) -> Sequence[object]:
    document = _read(file)
    if not isinstance(document, list):
        raise ConfigurationError(f"{file}: it must hold a list of scenarios.")
    return document
