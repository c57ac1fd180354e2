"""Clients that several callers use at the same time, until a newer version takes their place."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Lent[Client]:
    client: Client
    version: str | None
    users: int = 0
    retired: bool = False


@dataclass(slots=True)
class Lending[Key: Hashable, Client]:
    """One client for each key; `close_client` lets go of one."""

    close_client: Callable[[Client], Awaitable[None]]
    _lent: dict[Key, _Lent[Client]] = field(default_factory=dict)

    @asynccontextmanager
    async def lent(
        self, key: Key, version: str | None, make: Callable[[], Client]
    ) -> AsyncIterator[Client]:
        """The client of this version, which takes the place of one of another version; nobody who
        is still being answered loses his."""
        one, before = self._lent.get(key), None
        if one is None or one.version != version:
            before, one = one, _Lent(make(), version)
            self._lent[key] = one
        # Before anything is waited for: from here on it is in use.
        one.users += 1
        try:
            if before is not None:
                before.retired = True
                await self._let_go(before)
            yield one.client
        finally:
            one.users -= 1
            await self._let_go(one)

    async def close(self) -> None:
        while self._lent:
            _, one = self._lent.popitem()
            await self.close_client(one.client)

    async def _let_go(self, one: _Lent[Client]) -> None:
        if one.retired and one.users == 0:
            await self.close_client(one.client)
