"""The warm-up trigger: runs once for each host, when the platform asks for it.

Source: "Azure Functions warmup trigger", and the Functions host: the platform calls
`/admin/warmup` on an instance that it adds, never at other starts, and the host runs the function
of that type that is called `warmup`, in any case, at the first call.
"""

from collections.abc import Iterator

from aiohttp import web

from emulator.host.catalogue import Catalogue, trigger_name
from emulator.host.invocation import Datum, FunctionInfo, Succeeded
from emulator.host.pool import WorkerPool

_TRIGGER = "warmupTrigger"
_NAME = "warmup"


class WarmUp:
    """Answers `/admin/warmup`."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._done = False

    async def answer(self) -> web.Response:
        """200 when the function has run, now or before, or there is none; 500 when it fails."""
        if self._done:
            return web.Response()
        self._done = True
        await self._pool.ready()
        for info in self._pool.functions(_TRIGGER).values():
            if _is_warm_up(info):
                given = [(trigger_name(info), Datum("json", "{}"))]
                outcome = await self._pool.invoke(info.name, given)
                return web.Response(status=200 if isinstance(outcome, Succeeded) else 500)
        return web.Response()


def never_warmed(catalogue: Catalogue) -> Iterator[str]:
    """One line for each warm-up function that never runs because of its name."""
    for info in catalogue.with_trigger(_TRIGGER).values():
        if not _is_warm_up(info):
            yield (
                f"Function {info.name} never runs, here and in Azure: one with a {_TRIGGER} must "
                f"be called {_NAME}"
            )


def _is_warm_up(info: FunctionInfo) -> bool:
    return info.name.lower() == _NAME
