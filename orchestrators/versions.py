"""Which code a run goes on under: that of the version it began with (ADR 31).

Durable replays a run from its beginning whenever it wakes, perhaps days later and by an app that
was replaced meanwhile. What it is told by the code then has to be what it was told the first time.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orchestrators.chat import chat
from orchestrators.flow import flow
from orchestrators.progress import Steps
from orchestrators.turn import turn
from shared.durable import OrchestrationContext

type Orchestrator = Callable[[OrchestrationContext], Steps[Any]]

FIRST = "1.0"
"""Also of the runs that began before versions were told."""

TURN: dict[str, Orchestrator] = {FIRST: turn}
CHAT: dict[str, Orchestrator] = {FIRST: chat}
FLOW: dict[str, Orchestrator] = {FIRST: flow}
"""By the version that `defaultVersion` in host.json gave the run when it began. A version may be
taken from here when none of its runs is under way any more."""


class UnknownVersionError(Exception):
    """A run is of a version that this app has no code for, and the host woke it all the same."""

    def __init__(self, context: OrchestrationContext, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"run {context.instance_id} ({name}) began under version {context.version}, which this "
            f"app does not have (it has {', '.join(known)}): deploy an app that has it"
        )


def versioned(name: str, versions: Mapping[str, Orchestrator]) -> Orchestrator:
    """The orchestrator that Durable knows by this name: of each run the one it began with.

    It raises UnknownVersionError where there is none. Durable leaves newer runs alone (host.json,
    `versionMatchStrategy`), so that is of one whose code has been taken away too early.
    """

    def orchestrator(context: OrchestrationContext) -> Steps[Any]:
        chosen = versions.get(context.version or FIRST)
        if chosen is None:
            raise UnknownVersionError(context, name, versions)
        return (yield from chosen(context))

    orchestrator.__name__ = name
    return orchestrator
