"""Tools as data: how each is declared, and which of three things it does with the records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from emulator.services.configuration import ConfigurationError, as_object

from .store import Record, Records

DOES = ("get", "list", "append")
_DECLARED = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")


class ToolFailed(Exception):  # noqa: N818 (an answer of the protocol, not a fault)
    """The tool says no; the message is for whoever called it."""


@dataclass(frozen=True, slots=True)
class Tool:
    """`does` is what, `kind` of which records; `append` adds to the list `to` of one."""

    declared: Mapping[str, Any]
    does: str
    kind: str
    to: str = ""

    @property
    def name(self) -> str:
        return str(self.declared["name"])

    def call(self, part: str, arguments: Record, records: Records) -> Record:
        """The structured content. Raises ToolFailed."""
        problem = next(
            Draft202012Validator(self.declared["inputSchema"]).iter_errors(arguments), None
        )
        if problem is not None:
            raise ToolFailed(f"{problem.json_path}: {problem.message}")
        if self.does == "list":
            return {
                "items": [each for each in records.all(part, self.kind) if _has(each, arguments)]
            }
        found = records.get(part, self.kind, str(arguments["id"]))
        if found is None:
            raise ToolFailed(f"There is no {arguments['id']!r} among the {self.kind}.")
        return found if self.does == "get" else self._append(part, found, arguments, records)

    def _append(self, part: str, record: Record, arguments: Record, records: Records) -> Record:
        listed = record.get(self.to, [])
        assert isinstance(listed, list), f"{self.to} is no list"
        added = {name: value for name, value in arguments.items() if name != "id"}
        added["id"] = f"{record['id']}-{len(listed) + 1}"
        records.put(part, self.kind, {**record, self.to: [*listed, added]})
        return added


def read_tools(document: Mapping[str, object], what: str) -> Mapping[str, Tool]:
    """Raises ConfigurationError."""
    listed = document.get("tools")
    if not isinstance(listed, list) or not listed:
        raise ConfigurationError(f'{what}: "tools" must be a list with at least one tool.')
    tools = [_tool(as_object(each, f'{what}: each of "tools"'), what) for each in listed]
    return {tool.name: tool for tool in tools}


def _tool(section: Mapping[str, object], what: str) -> Tool:
    does = as_object(section.get("does"), f'{what}: "does" of {section.get("name")}')
    action = next((each for each in DOES if each in does), None)
    if action is None or not isinstance(section.get("inputSchema"), dict):
        raise ConfigurationError(
            f'{what}: {section.get("name")} needs an "inputSchema" and "does" one of: '
            f"{', '.join(DOES)}."
        )
    declared = {name: section[name] for name in _DECLARED if name in section}
    return Tool(declared, action, str(does[action]), str(does.get("to", "")))


def _has(record: Record, wanted: Record) -> bool:
    return all(str(record.get(name, "")).casefold() == str(value).casefold()
               for name, value in wanted.items())  # fmt: skip
