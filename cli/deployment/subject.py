"""What the doctor examines: one deployment, or this machine, and who is asking."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import JsonValue

from shared.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

type Az = Callable[..., Awaitable[JsonValue]]
"""Asks the Azure CLI with these words; raises `AzError`."""


class Shared[T]:
    """Found out once, from now on; whoever awaits it and is out of time takes it from nobody."""

    def __init__(self, work: Coroutine[object, object, T]) -> None:
        self._task = asyncio.create_task(work)

    def __await__(self) -> Generator[object, None, T]:
        return asyncio.shield(self._task).__await__()

    async def end(self) -> None:
        """Whether it is found out or not."""
        self._task.cancel()
        await asyncio.wait([self._task])


@dataclass(frozen=True, slots=True)
class Who:
    """Whom the services see. `credential` is the way of signing in that worked; a program is the
    app's managed identity or another one's, all others are people."""

    name: str
    object_id: str
    tenant_id: str
    is_program: bool
    credential: str


@dataclass(frozen=True, slots=True)
class Place:
    """`app` is its URL, if it is known. `local`: it all runs on this machine. Values of
    `environment` are settings, and what azd knows besides."""

    environment: Mapping[str, str] = field(repr=False)
    app: str | None = None
    local: bool = False

    def value(self, name: str, unknown: str = "") -> str:
        """As in the app, the case of a name does not matter."""
        found = (v for k, v in self.environment.items() if k.casefold() == name.casefold() and v)
        return next(found, unknown)

    @property
    def is_private(self) -> bool:
        return self.value("PRIVATE_NETWORK").casefold() == "true"


@dataclass(frozen=True, slots=True)
class Subject:
    """`who` and `dimensions` (of the embedding model's vectors) are found out once, for all checks
    that need them; None where that failed, which its own check tells."""

    place: Place
    settings: Settings
    credential: "AsyncTokenCredential"
    who: Awaitable[Who | None]
    dimensions: Awaitable[int | None]
    az: Az | None = None
