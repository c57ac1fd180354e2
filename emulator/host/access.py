"""Who may call what. `func start` asks for no keys, and neither does this host by default."""

from typing import Literal, Protocol

from aiohttp import web

type Level = Literal["anonymous", "function", "system", "admin"]


class Access(Protocol):
    """Decides about a request before it reaches a function, a webhook or the admin API."""

    def refusal(self, request: web.Request, level: Level) -> web.Response | None:
        """The answer for a caller that may not; None for one that may."""
        ...


class OpenAccess:
    """Everybody may call everything."""

    def refusal(self, request: web.Request, level: Level) -> web.Response | None:
        return None
