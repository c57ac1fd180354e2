"""Holding a dialogue: the app's own steps up to the plan, and never a tool with an effect."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from activities.plan import plan
from activities.prepare import prepare
from activities.retrieve import retrieve
from evaluation.labels import Dialogue, Kind, LabelledTurn
from evaluation.scoring import Got, Mismatch, mismatches
from evaluation.surroundings import ListenedModel, PlantedKnowledge, ReadableErp
from shared.contracts.activities import PlanRequest, PrepareRequest, RetrieveRequest, RunRef
from shared.contracts.conversations import Turn
from shared.contracts.identity import Caller
from shared.contracts.plan import OpenPlan, Plan
from shared.contracts.runs import RunRecord
from shared.errors import DependencyError
from shared.ports import Dependencies, Knowledge, Packs, Policy
from tests.fakes.world import World

AT_ONCE = 4
"""Dialogues that are held at the same time; their turns follow one another."""
CONVERSATION = "evaluation"
ANA = Caller(
    tenant_id="evaluation",
    user_id="ana",
    name="Ana López",
    roles=("employee", "manager", "admin"),
    rights=tuple(
        f"{what}:{how}" for what in ("tasks", "projects", "users") for how in ("read", "write")
    ),
)


@dataclass(frozen=True, slots=True)
class Stand:
    """What every dialogue is held with."""

    model: ListenedModel
    knowledge: Knowledge
    packs: Packs
    policy: Policy


@dataclass(frozen=True, slots=True)
class Held:
    """What came of one dialogue. `turns` are the mismatches of each turn."""

    kind: Kind
    dialogue: Dialogue
    turns: tuple[tuple[Mismatch, ...], ...]
    seconds: float
    failure: str | None = None
    """Why it broke off, when a service did not do its part."""

    @property
    def passed(self) -> bool:
        return self.failure is None and not any(self.turns)


async def hold_all(
    chosen: Mapping[Kind, tuple[Dialogue, ...]],
    stand: Stand,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[Held, ...]:
    """In the order of the files. `tell` is told how many are done."""
    gate = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(kind: Kind, dialogue: Dialogue) -> Held:
        nonlocal done
        async with gate:
            held = await hold(kind, dialogue, stand)
        done += 1
        tell(done)
        return held

    pairs = [(kind, each) for kind, dialogues in chosen.items() for each in dialogues]
    return tuple(await asyncio.gather(*(one(kind, each) for kind, each in pairs)))


async def hold(kind: Kind, dialogue: Dialogue, stand: Stand) -> Held:
    """One dialogue, until its end or until a service fails."""
    begin = time.monotonic()
    conversation = _Conversation(dialogue, stand)
    turns: list[tuple[Mismatch, ...]] = []
    failure = None
    tools = stand.packs.get(stand.packs.current).tools
    try:
        for turn in dialogue.turns:
            turns.append(mismatches(turn.expect, await conversation.say(turn), tools))
    except DependencyError as error:
        failure = f"{error.code}: {error}"
    return Held(kind, dialogue, tuple(turns), time.monotonic() - begin, failure)


class _Conversation:
    """Between the turns it keeps what the app would: the turns, and the plan that is open."""

    def __init__(self, dialogue: Dialogue, stand: Stand) -> None:
        self._dialogue = dialogue
        self._erp = ReadableErp()
        self._deps = _dependencies(dialogue, stand, self._erp)
        self._open: OpenPlan | None = None
        self._said = 0

    async def say(self, turn: LabelledTurn) -> Got:
        self._said += 1
        run = RunRef(
            run_id=f"run-{self._said:03}",
            tenant_id=ANA.tenant_id,
            conversation_id=CONVERSATION,
            correlation_id=self._dialogue.id,
        )
        await self._deps.runs.create(self._record(run, turn.say))
        prepared = await prepare(PrepareRequest(run=run), self._deps)
        planned: Plan | None = None
        if prepared.route == "FLOW_EXECUTION":
            for index in prepared.indexes:
                looking = RetrieveRequest(run=run, index=index, mentioned=prepared.mentioned)
                await retrieve(looking, self._deps)
            request = PlanRequest(
                run=run,
                indexes=prepared.indexes,
                language=prepared.language,
                continues=prepared.continues,
            )
            await plan(request, self._deps)
            planned = await self._deps.runs.plan(run.tenant_id, run.run_id)
        if prepared.drops:
            self._open = None
        await self._keep(run, turn, planned)
        return Got(prepared.route, prepared.language, prepared.continues, prepared.drops, planned)

    def _record(self, run: RunRef, message: str) -> RunRecord:
        return RunRecord(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            conversation_id=run.conversation_id,
            correlation_id=run.correlation_id,
            caller=ANA,
            message=message,
            language=self._dialogue.language,
            time_zone=self._dialogue.time_zone,
            pack_version=self._deps.packs.current,
            received_at=self._dialogue.now,
            open_plan=self._open,
        )

    async def _keep(self, run: RunRef, turn: LabelledTurn, planned: Plan | None) -> None:
        asks = planned is not None and bool(planned.missing)
        if planned is not None:
            self._open = OpenPlan(run_id=run.run_id, plan=planned) if asks else None
        question = (planned.question or "") if planned else ""
        await self._deps.conversations.add_turn(
            Turn(
                run_id=run.run_id,
                conversation_id=run.conversation_id,
                tenant_id=run.tenant_id,
                asked_at=self._dialogue.now,
                message=turn.say,
                text=turn.reply or question,
                entities=tuple(map(self._erp.mentioned, turn.records)),
                finish_reason="question" if asks else "stop",
            )
        )


def _dependencies(dialogue: Dialogue, stand: Stand, erp: ReadableErp) -> Dependencies:
    """Stores in memory around the real model and the real Cerebro."""
    return replace(
        World().deps(),
        model=stand.model,
        knowledge=PlantedKnowledge(stand.knowledge, dialogue.documents),
        tools=erp,
        packs=stand.packs,
        policy=stand.policy,
        now=lambda: dialogue.now,
    )
