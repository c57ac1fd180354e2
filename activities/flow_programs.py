"""Flows that are run here, read once: each step of a run needs its flow's graph."""

from asyncio import to_thread
from collections import OrderedDict
from dataclasses import dataclass, field

from shared.awaiting import must_be_there
from shared.contracts.activities import StepRequest
from shared.contracts.flows.runs import PinnedFlow
from shared.flows.checking import read_program
from shared.flows.graph import Program
from shared.ports import Dependencies

MOST = 64


@dataclass(frozen=True, slots=True)
class Pinned:
    """The flow of a run, and what the run began with."""

    flow: PinnedFlow
    program: Program


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest. What is kept by a run's id never changes: a flow is pinned by value."""

    flows: OrderedDict[tuple[str, str], Pinned] = field(default_factory=OrderedDict)

    def keep(self, key: tuple[str, str], pinned: Pinned) -> Pinned:
        self.flows[key] = pinned
        if len(self.flows) > MOST:
            self.flows.popitem(last=False)
        return pinned


_known = _Known()


async def load_flow(request: StepRequest, deps: Dependencies) -> Pinned:
    """Raises StoreError."""
    run = request.run
    key = (run.tenant_id, run.run_id)
    if (found := _known.flows.get(key)) is not None:
        return found
    flow = await must_be_there(
        lambda: deps.flow_runs.pinned(run.tenant_id, run.run_id), f"the flow of run {run.run_id}"
    )
    # Beside the event loop: a large flow takes a while.
    return _known.keep(key, Pinned(flow, await to_thread(read_program, flow.flow)))
