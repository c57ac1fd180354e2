"""Models of providers whose SDK takes a second to import: it is imported beside the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module

from shared.llm.keyed import Connection
from shared.ports import Completion, Model, ModelRequest, StreamEnd


@dataclass(slots=True)
class LateConnection:
    """`build` makes the connection once `module` is imported; both when a model is first asked."""

    module: str
    build: Callable[[], Connection]
    _built: Connection | None = None

    def model(self, name: str, version: str | None, *, patient: bool) -> "LateModel":
        return LateModel(self, name, version, patient)

    async def close(self) -> None:
        if self._built is not None:
            await self._built.close()

    async def built(self) -> Connection:
        if self._built is None:
            # Who waits here beside us may have gone on first.
            await asyncio.to_thread(import_module, self.module)
        if self._built is None:
            self._built = self.build()
        return self._built


@dataclass(frozen=True, slots=True)
class LateModel:
    connection: LateConnection
    name: str
    version: str | None
    patient: bool

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        async with aclosing((await self._model()).stream(request)) as stream:
            async for piece in stream:
                yield piece

    async def complete(self, request: ModelRequest) -> Completion:
        return await (await self._model()).complete(request)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return await (await self._model()).embed(texts)

    async def close(self) -> None:
        await self.connection.close()

    async def _model(self) -> Model:
        connection = await self.connection.built()
        return connection.model(self.name, self.version, patient=self.patient)
