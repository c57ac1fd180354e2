"""Flows that run, in memory; each reader has what was stored, and nothing of it in common."""

from shared.contracts.flows.running import FLOW_OUTCOME, FlowOutcome
from shared.contracts.flows.runs import FlowProgress, PinnedFlow


class FakeFlowRuns:
    def __init__(self) -> None:
        self.flows: dict[tuple[str, str], str] = {}
        self.steps: dict[tuple[str, str], tuple[int, str]] = {}
        self.children: dict[tuple[str, str], dict[int, tuple[str, bool]]] = {}
        self.outcomes: dict[tuple[str, str, int], str] = {}

    async def pin(self, tenant_id: str, run_id: str, flow: PinnedFlow) -> None:
        self.flows.setdefault((tenant_id, run_id), flow.model_dump_json())
        begun = FlowProgress(tenant_id=tenant_id, run_id=run_id).model_dump_json()
        self.steps.setdefault((tenant_id, run_id), (1, begun))

    async def pinned(self, tenant_id: str, run_id: str) -> PinnedFlow | None:
        found = self.flows.get((tenant_id, run_id))
        return PinnedFlow.model_validate_json(found) if found else None

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        if (found := self.steps.get((tenant_id, run_id))) is None:
            return None
        version, text = found
        progress = FlowProgress.model_validate_json(text)
        return progress.model_copy(update={"etag": str(version)})

    async def advance(self, progress: FlowProgress) -> FlowProgress | None:
        key = (progress.tenant_id, progress.run_id)
        version, _ = self.steps[key]
        if progress.etag != str(version):
            return None
        self.steps[key] = (version + 1, progress.model_dump_json())
        return progress.model_copy(update={"etag": str(version + 1)})

    async def put_call(
        self, tenant_id: str, run_id: str, number: int, child: str, *, acts: bool = False
    ) -> None:
        self.children.setdefault((tenant_id, run_id), {}).setdefault(number, (child, acts))

    async def calls(self, tenant_id: str, run_id: str, *, acting: bool = False) -> tuple[str, ...]:
        found = self.children.get((tenant_id, run_id), {}).values()
        return tuple(sorted(child for child, acts in found if acts or not acting))

    async def put_outcome(
        self, tenant_id: str, run_id: str, number: int, outcome: FlowOutcome
    ) -> FlowOutcome:
        text = FLOW_OUTCOME.dump_json(outcome).decode()
        kept = self.outcomes.setdefault((tenant_id, run_id, number), text)
        return FLOW_OUTCOME.validate_json(kept)

    async def outcome(self, tenant_id: str, run_id: str, number: int) -> FlowOutcome | None:
        found = self.outcomes.get((tenant_id, run_id, number))
        return FLOW_OUTCOME.validate_json(found) if found else None
