"""Keys that somebody typed into the simulator: in the memory of this process, for one call.

What is stored of such a call is a name that stands for its key here and nowhere else, for the same
user in the same session, until the call is over. It is for development, where one process does all.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.contracts.credentials import Holder

PREFIX = "h_typed_"


@dataclass(frozen=True, slots=True)
class _Typed:
    tool: str
    value: str = field(repr=False)
    holder: Holder
    until: datetime


@dataclass(frozen=True, slots=True)
class TypedKeys:
    now: Callable[[], datetime]
    _kept: dict[str, _Typed] = field(default_factory=dict, repr=False)

    def keep(self, keys: Mapping[str, str], holder: Holder, seconds: float) -> dict[str, str]:
        """Handles by tool; forgotten after `seconds` if nobody has dropped them."""
        self._forget()
        until = self.now() + timedelta(seconds=seconds)
        handles = {tool: PREFIX + secrets.token_urlsafe(24) for tool in keys}
        for tool, handle in handles.items():
            self._kept[handle] = _Typed(tool, keys[tool], holder, until)
        return handles

    def key(self, handle: str, tool: str, holder: Holder) -> str | None:
        """None for a handle of another process, holder or tool, and for one that is over."""
        typed = self._kept.get(handle)
        if typed is None or typed.holder != holder or typed.tool != tool:
            return None
        return typed.value if self.now() < typed.until else None

    def drop(self, handles: Iterable[str]) -> None:
        for handle in handles:
            self._kept.pop(handle, None)

    def _forget(self) -> None:
        now = self.now()
        self.drop([handle for handle, typed in self._kept.items() if typed.until <= now])
