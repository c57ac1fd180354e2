"""The keys of an app, kept in files as the Functions host keeps them (secret storage `files`).

Source: "Work with access keys in Azure Functions"; the layout of `host.json` and `<function>.json`
in the folder of secrets is the host's own, so that its files can be taken over.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from emulator.host.settings import CannotStart, read_json_object

DURABLE_KEY = "durabletask_extension"
EVENT_GRID_KEY = "eventgrid_extension"
_MASTER = "master"
_DEFAULT = "default"
_KEY_BYTES = 42


@dataclass(frozen=True, slots=True)
class HostScope:
    """Keys that open every function."""


@dataclass(frozen=True, slots=True)
class SystemScope:
    """Keys that open one extension's webhook each; the key is named for the extension."""


@dataclass(frozen=True, slots=True)
class FunctionScope:
    """Keys that open one function."""

    function: str


type Scope = HostScope | SystemScope | FunctionScope
type Change = Literal["created", "updated"]


class KeyRing:
    """All keys of one app; what is missing is made and written when it is first asked for.

    Raises CannotStart when the files cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        host = read_json_object(folder / "host.json")
        self._master = _value_of(host.get("masterKey")) or _new_key()
        self._keys: dict[Scope, dict[str, str]] = {
            HostScope(): _values_of(host.get("functionKeys")) or {_DEFAULT: _new_key()},
            SystemScope(): _values_of(host.get("systemKeys")),
        }
        for name in (DURABLE_KEY, EVENT_GRID_KEY):
            self._keys[SystemScope()].setdefault(name, _new_key())
        self._write_host()

    @property
    def master(self) -> str:
        """The key that opens everything."""
        return self._master

    def system_key(self, extension: str) -> str:
        return self._keys[SystemScope()][extension]

    def of(self, scope: Scope) -> Mapping[str, str]:
        """The keys of `scope` by name; a function without any is given its `default` one."""
        found = self._keys.get(scope)
        if found is None and isinstance(scope, FunctionScope):
            document = read_json_object(self._file_of(scope))
            found = self._keys[scope] = _values_of(document.get("keys"))
        if not found and isinstance(scope, FunctionScope):
            self.put(scope, _DEFAULT)
        return self._keys[scope]

    def functions(self) -> list[str]:
        """The functions that have keys of their own, by name in lower case."""
        files = (file.stem for file in self.folder.glob("*.json"))
        return sorted("host" if stem == "_host" else stem for stem in files if stem != "host")

    def put(self, scope: Scope, name: str, value: str | None = None) -> tuple[str, Change]:
        """Set a key, to a new random value unless one is given."""
        known = self._keys[scope]
        change: Change = "updated" if name in known else "created"
        known[name] = value or _new_key()
        self._write(scope)
        return known[name], change

    def put_master(self, value: str | None = None) -> str:
        """Set the master key, to a new random value unless one is given."""
        self._master = value or _new_key()
        self._write_host()
        return self._master

    def remove(self, scope: Scope, name: str) -> bool:
        """Take a key away; whether there was one."""
        if self._keys[scope].pop(name, None) is None:
            return False
        self._write(scope)
        return True

    def _write(self, scope: Scope) -> None:
        match scope:
            case HostScope() | SystemScope():
                self._write_host()
            case FunctionScope():
                document = {"keys": _entries(self._keys[scope])}
                self._replace(self._file_of(scope), document)
            case _:
                assert_never(scope)

    def _write_host(self) -> None:
        document = {
            "masterKey": _entry(_MASTER, self._master),
            "functionKeys": _entries(self._keys[HostScope()]),
            "systemKeys": _entries(self._keys[SystemScope()]),
        }
        self._replace(self.folder / "host.json", document)

    def _file_of(self, scope: FunctionScope) -> Path:
        name = scope.function.lower()
        # A function may be called host; that file is taken.
        return self.folder / ("_host.json" if name == "host" else f"{name}.json")

    def _replace(self, file: Path, document: Mapping[str, object]) -> None:
        """Write so that whoever reads finds the old or the new keys, and only the owner can."""
        text = json.dumps(document, indent=2) + "\n"
        part = file.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if file.exists() and file.read_text("utf-8") == text:
                return
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                out.write(text)
            part.replace(file)
        except OSError as error:
            raise CannotStart(f"{file} cannot be written: {error.strerror}", 2) from error


def keys_folder(data: Path) -> Path:
    """Where the keys are, below a host's folder for state."""
    return data / "secrets"


def _new_key() -> str:
    return secrets.token_urlsafe(_KEY_BYTES)


def _entry(name: str, value: str) -> dict[str, object]:
    return {"name": name, "value": value, "encrypted": False}


def _entries(keys: Mapping[str, str]) -> list[dict[str, object]]:
    return [_entry(name, value) for name, value in keys.items()]


def _value_of(entry: object) -> str:
    match entry:
        case {"value": str(value), **rest} if rest.get("encrypted") is not True:
            return value
    return ""


def _values_of(entries: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else ():
        value = _value_of(entry)
        if value:
            found[str(entry.get("name"))] = value
    return found
