"""Which code a run goes on under: that of the version it began with (ADR 31).

Durable replays a run from its beginning whenever it wakes, perhaps days later and by an app that
was replaced meanwhile. What it is told by the code then has to be what it was told the first time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orchestrators.chat import chat
from orchestrators.progress import Steps
from orchestrators.turn import turn
from shared.durable import OrchestrationContext

type Orchestrator = Callable[[OrchestrationContext], Steps[Any]]

FIRST = "1.0"
"""Also of the runs that began before versions were told."""

TURN: dict[str, Orchestrator] = {FIRST: turn}
CHAT: dict[str, Orchestrator] = {FIRST: chat}
"""By the version that `defaultVersion` in host.json gave the run when it began. A version may be
taken from here when none of its runs is under way any more."""


def versioned(name: str, versions: Mapping[str, Orchestrator]) -> Orchestrator:
    """The orchestrator that Durable knows by this name: of each run the one it began with."""

    def orchestrator(context: OrchestrationContext) -> Steps[Any]:
        return (yield from versions[context.version or FIRST](context))

    orchestrator.__name__ = name
    return orchestrator
