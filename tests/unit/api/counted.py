"""Dependencies that note what is asked of them."""

import inspect
from dataclasses import dataclass, field, fields, replace
from typing import Any

from shared.ports import Dependencies

NO_STORES = frozenset({"model", "tokens", "packs", "policy", "now"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a port, such as `runs.get`."""

    name: str
    arguments: tuple[object, ...]


@dataclass
class Counting:
    """Stands before the ports of some dependencies."""

    asked: list[Asked] = field(default_factory=list)

    def before(self, deps: Dependencies) -> Dependencies:
        ports: dict[str, Any] = {
            each.name: _Noting(each.name, getattr(deps, each.name), self.asked)
            for each in fields(deps)
            if each.name not in NO_STORES and getattr(deps, each.name) is not None
        }
        return replace(deps, **ports)

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.asked]


class _Noting:
    def __init__(self, name: str, port: object, asked: list[Asked]) -> None:
        self._name = name
        self._port = port
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not inspect.isroutine(found):
            return found

        def noted(*args: object, **kwargs: object) -> Any:
            self._asked.append(Asked(f"{self._name}.{name}", (*args, *kwargs.values())))
            return found(*args, **kwargs)

        return noted
