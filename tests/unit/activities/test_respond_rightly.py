"""A wrong answer is void before `done`: written again by the model, and in the end by code."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from activities.respond import respond
from shared.contracts.activities import Responded, RespondRequest
from shared.contracts.conversations import Mentioned, Turn
from shared.contracts.effects import Effect
from shared.contracts.events import CitationsEvent, RestartEvent, RunEvent
from shared.contracts.grounding import Grounding
from shared.contracts.plan import Plan
from shared.contracts.runs import RunState, Usage
from shared.contracts.wording import say
from shared.errors import ModelError
from shared.ports import ModelRequest, StreamEnd
from shared.streams.showing import shown_text
from tests.fakes.samples import AT, TASK_ARGS, evidence, task_plan
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, RUN_ID, World

RIGHT = "He creado la tarea T-7."
WRONG = "He creado la tarea T-8."
ANNOUNCED: tuple[RunState, ...] = ("STREAMING_RESPONSE",)
USED = Usage(prompt_tokens=10, completion_tokens=5, total_tokens=15)


@dataclass
class Drafting(FakeModel):
    """One draft a call; an error in its place is raised."""

    drafts: list[str | ModelError] = field(default_factory=list)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        self.requests.append(request)
        draft = self.drafts.pop(0)
        if isinstance(draft, ModelError):
            raise draft
        for word in draft.split(" "):
            yield word if word == draft.split(" ")[0] else f" {word}"
        yield StreamEnd("stop", USED)


def world_of(*drafts: str | ModelError) -> tuple[World, Drafting]:
    model = Drafting(drafts=list(drafts))
    return World(model=model), model


async def confirmed(world: World, *, may_repeat: bool = True) -> Responded:
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, task_plan())
    await world.effects.reserve(
        Effect(
            effect_id="e", tenant_id=ANA.tenant_id, run_id=RUN_ID, step=0, tool="createTask",
            state="done", args=TASK_ARGS, result={**TASK_ARGS, "id": "T-7"}, updated_at=AT,
        )
    )  # fmt: skip
    request = RespondRequest(
        run=run, announce=ANNOUNCED, route="FLOW_EXECUTION", language="es", steps=1,
        planned=True, may_repeat=may_repeat,
    )  # fmt: skip
    return await respond(request, world.deps())


async def answered(world: World) -> Responded:
    run = await world.begin("¿Qué hace falta?")
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, Plan(flow_type="Other"))
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", evidence())
    request = RespondRequest(
        run=run,
        announce=ANNOUNCED,
        route="FLOW_EXECUTION",
        language="es",
        planned=True,
        indexes=("cerebro",),
    )
    return await respond(request, world.deps())


async def events(world: World) -> list[RunEvent]:
    return [event for item in await world.log.all(RUN_ID) for event in item.events]


async def kept(world: World) -> Turn:
    """The stored turn, which says what a reader has on the screen."""
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    assert turn.text == shown_text(await world.log.all(RUN_ID))
    return turn


async def restarts(world: World) -> list[str]:
    return [event.reason for event in await events(world) if isinstance(event, RestartEvent)]


async def test_a_right_answer_is_written_once() -> None:
    world, model = world_of(RIGHT)
    result = await confirmed(world)
    assert (result.model_calls, result.usage) == (1, USED)
    assert await restarts(world) == []
    assert (await kept(world)).text == RIGHT
    assert "<correction>[" not in model.requests[0].messages[0].content


async def test_a_wrong_answer_is_written_again_and_the_model_told_why() -> None:
    world, model = world_of(WRONG, RIGHT)
    result = await confirmed(world)
    assert (await kept(world)).text == RIGHT
    assert await restarts(world) == ["corrected"]
    assert (result.model_calls, result.usage) == (2, USED + USED)
    told = model.requests[1].messages[0].content
    assert '<correction>["T-8 is not in the data for that"]</correction>' in told
    assert model.requests[1].messages[-1].content == "Crea una tarea"


@pytest.mark.parametrize("second", [WRONG, "Hecho: T-9.", ModelError("away")])
async def test_what_stays_wrong_is_told_in_code(second: str | ModelError) -> None:
    world, _ = world_of(WRONG, second)
    result = await confirmed(world)
    text = (await kept(world)).text
    assert text == (
        "Hecho: la tarea T-7 (título: revisar contrato ACME; fecha límite: viernes 4 de diciembre "
        "de 2026; prioridad: alta)."
    )
    assert set(await restarts(world)) == {"corrected"}
    assert result.model_calls == 2
    assert result.usage == (USED if isinstance(second, ModelError) else USED + USED)


async def test_without_budget_the_model_is_not_asked_again() -> None:
    world, model = world_of(WRONG, RIGHT)
    result = await confirmed(world, may_repeat=False)
    assert (await kept(world)).text.startswith("Hecho: la tarea T-7")
    assert (len(model.requests), result.model_calls) == (1, 1)


async def test_the_records_of_the_results_are_kept_with_the_turn() -> None:
    world, _ = world_of(RIGHT)
    await confirmed(world)
    known = Mentioned(type="task", id="T-7", name="revisar contrato ACME", name_field="title")
    assert (await kept(world)).entities == (known,)


async def test_marks_that_point_nowhere_are_taken_out_in_the_end() -> None:
    draft = "Para renovar la licencia hace falta el DNI [1][4]."
    world, _ = world_of(draft, draft)
    await answered(world)
    turn = await kept(world)
    assert turn.text == "Para renovar la licencia hace falta el DNI [1]."
    assert [each.number for each in turn.citations] == [1]
    assert isinstance((await events(world))[-1], CitationsEvent)


async def test_a_model_that_only_takes_a_mark_out_is_not_believed_more() -> None:
    bare = "El trámite dura quince minutos"
    world, model = world_of(f"{bare} [1].", f"{bare}.")
    world.grounding = Grounding(unverifiable="drop")
    await answered(world)
    turn = await kept(world)
    assert turn.text == f"{bare}.\n\n{say('told_unverified', 'es')}"
    assert turn.citations == ()
    assert len(model.requests) == 2


async def test_an_id_from_nowhere_sends_the_reader_to_the_documents() -> None:
    world, _ = world_of("Mira el expediente T-99 [1].", "Mira T-98 [1].")
    await answered(world)
    text = (await kept(world)).text
    assert "T-9" not in text
    assert "Guía de licencia [1]" in text


async def test_small_talk_is_kept_short() -> None:
    world, model = world_of("Hola, Ana.")
    run = await world.begin("Hola")
    await respond(
        RespondRequest(run=run, announce=ANNOUNCED, route="SMALL_TALK", language="es"), world.deps()
    )
    assert (model.requests[0].max_tokens or 0) <= 400
