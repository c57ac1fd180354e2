"""Adds up the request units of all answers, for benches and tests to read."""

from collections import Counter, defaultdict

from aiohttp import web

PATH = "/_emulator/charges"


class Ledger:
    """Request units since the start or the last reset, by container and operation."""

    def __init__(self) -> None:
        self._charges: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._requests: Counter[tuple[str, str]] = Counter()

    def book(self, container: str, operation: str, charge: float) -> None:
        """Answers that belong to no container are booked on the empty name."""
        self._charges[container, operation] += charge
        self._requests[container, operation] += 1

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self._report), web.delete(PATH, self._reset)]

    def report(self) -> dict[str, object]:
        by_container: defaultdict[str, dict[str, dict[str, float]]] = defaultdict(dict)
        by_operation: defaultdict[str, float] = defaultdict(float)
        for (container, operation), charge in self._charges.items():
            requests = self._requests[container, operation]
            entry = {"charge": round(charge, 2), "requests": requests}
            by_container[container][operation] = entry
            by_operation[operation] += charge
        return {
            "total": round(sum(self._charges.values()), 2),
            "requests": self._requests.total(),
            "byOperation": {name: round(charge, 2) for name, charge in by_operation.items()},
            "byContainer": by_container,
        }

    async def _report(self, _: web.Request) -> web.Response:
        return web.json_response(self.report())

    async def _reset(self, _: web.Request) -> web.Response:
        self._charges.clear()
        self._requests.clear()
        return web.Response(status=204)
