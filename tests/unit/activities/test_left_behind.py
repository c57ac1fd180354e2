"""A run that failed or was stopped behind its tools: what they did is told, and remembered."""

import json

import pytest

from activities.finish import finish
from activities.left_behind import left_behind
from shared.contracts.activities import FinishRequest
from shared.contracts.agents import AgentCall
from shared.contracts.conversations import Mentioned, Turn
from shared.contracts.effects import Effect, EffectState
from shared.contracts.events import ErrorEvent, TextEvent
from shared.contracts.identity import Language
from shared.contracts.problems import Failure
from shared.contracts.runs import RunOutcome, RunRecord, StateChange, Usage
from shared.ports import LogItem
from shared.streams.ending import NOTHING, LeftBehind, close_run
from shared.streams.fitting import TEXT_BYTES
from shared.streams.stopping import stop_run
from shared.streams.writing import TERMINAL_STEP, LogWriter
from tests.fakes.calls import begin_call
from tests.fakes.samples import AT, TASK_ARGS, task_call, task_plan
from tests.fakes.world import ANA, RUN_ID, World

STOPPED = Failure(code="CANCELLED", message="cancelled_behind_tools")
TOO_LATE = Failure(code="TIMEOUT", message="deadline_exceeded")
AWAY = Failure(code="MODEL_UNAVAILABLE", message="model_unavailable")
OTHER = "pedir cita en la notaría"


async def begun(world: World, *states: EffectState | None) -> RunRecord:
    """A run that was to make two tasks; of each its effect's state, if there is an effect."""
    run = await world.begin("Crea dos tareas")
    plan = task_plan(task_call(), task_call(title=OTHER))
    await world.runs.put_plan(run.tenant_id, run.run_id, plan)
    for step, state in enumerate(states):
        if state is None:
            continue
        args = plan.calls[step].args
        made = {"id": f"T-{step + 7}", **args} if state == "done" else None
        await world.effects.reserve(
            Effect(
                effect_id=f"e{step}",
                tenant_id=ANA.tenant_id,
                run_id=RUN_ID,
                step=step,
                tool="createTask",
                state=state,
                args=args,
                result=made,
                updated_at=AT,
            )
        )
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    return record


async def ended(world: World, failure: Failure, language: Language = "es") -> str:
    """The message of the run's error event."""
    request = FinishRequest(
        run=await world.begin("Crea dos tareas"),
        language=language,
        states=(StateChange(state="RECEIVED", since=AT),),
        usage=Usage(),
        finish_reason="error",
        failure=failure,
        ended_at=AT,
    )
    await finish(request, world.deps())
    error = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(error, ErrorEvent)
    assert (error.code, error.retryable) == (failure.code, failure.retryable)
    return error.message


async def kept(world: World) -> Turn:
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    return turn


async def test_a_stopped_run_tells_what_was_made_and_what_was_not() -> None:
    world = World()
    record = await begun(world, "done")
    await stop_run(record, "EXECUTING_TOOLS", world.deps())
    assert await ended(world, STOPPED) == (
        "La ejecución se ha detenido; lo que ya se hizo permanece.\n"
        "Hecho: la tarea T-7 (título: revisar contrato ACME; fecha límite: viernes 4 de diciembre "
        "de 2026; prioridad: alta).\n"
        f"No se ha hecho: la tarea «{OTHER}»: La ejecución se ha detenido."
    )


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (TOO_LATE, "La ejecución ha tardado más de lo permitido y se ha detenido."),
        (AWAY, "El modelo de lenguaje no está disponible. Inténtalo de nuevo en un momento."),
    ],
)
async def test_a_failed_run_tells_what_was_made_and_not_to_ask_for_it_again(
    failure: Failure, sentence: str
) -> None:
    world = World()
    await begun(world, "done")
    first, done, skipped = (await ended(world, failure)).split("\n")
    again = "Antes se hizo esto, y permanece; no lo pidas otra vez:"
    assert first == f"{sentence} {again}"
    assert done.startswith("Hecho: la tarea T-7 (título: revisar contrato ACME;")
    assert skipped == f"No se ha hecho: la tarea «{OTHER}»."


@pytest.mark.parametrize("state", ["sent", "unknown"])
async def test_what_nobody_knows_is_told_as_that(state: EffectState) -> None:
    world = World()
    await begun(world, state)
    message = await ended(world, TOO_LATE, "en")
    assert message.splitlines()[1:] == [
        "It is not known whether this was done: the task “revisar contrato ACME”. Look into the "
        "ERP before you repeat it.",
        f"Not done: the task “{OTHER}”.",
    ]


async def test_the_conversation_remembers_what_was_made() -> None:
    world = World()
    await begun(world, "done", "done")
    message = await ended(world, TOO_LATE)
    turn = await kept(world)
    assert (turn.text, turn.finish_reason) == (message, "error")
    assert turn.entities == (
        Mentioned(type="task", id="T-7", name="revisar contrato ACME", name_field="title"),
        Mentioned(type="task", id="T-8", name=OTHER, name_field="title"),
    )


async def test_what_a_stopped_run_had_said_comes_before_what_it_did() -> None:
    world = World()
    await begun(world, "done")
    said = (TextEvent(text="He creado", attempt=1),)
    await world.log.create(RUN_ID, LogItem(1, said, "respond/1/1", "w"))
    message = await ended(world, STOPPED)
    assert (await kept(world)).text == f"He creado\n\n{message}"


@pytest.mark.parametrize("state", [None, "failed", "reserved"])
async def test_a_run_that_has_done_nothing_says_no_more_than_that_it_was_stopped(
    state: EffectState | None,
) -> None:
    world = World()
    await begun(world, state)
    assert await ended(world, STOPPED) == "La ejecución se ha detenido."
    turn = await kept(world)
    assert (turn.text, turn.entities) == ("", ())


async def test_a_run_without_a_plan_leaves_nothing_behind() -> None:
    world = World()
    await world.begin("Hola")
    record = await world.runs.get(ANA.tenant_id, RUN_ID)
    assert record is not None
    assert await left_behind(record, "es", world.deps()) == NOTHING


async def test_a_run_whose_pack_is_gone_is_ended_all_the_same() -> None:
    world = World()
    record = await begun(world, "done")
    old = record.model_copy(update={"pack_version": "1999.01"})
    left = await left_behind(old, "es", world.deps())
    assert (left.acted, left.told) == (True, "")


async def test_of_agents_what_was_made_is_told_wherever_it_stands_in_the_ledger() -> None:
    world = World()
    call = AgentCall(session_id="s1", profile="coordinator")
    run = await begin_call(world, "Crea dos tareas", call)
    made = Effect(
        effect_id="e1", tenant_id=run.tenant_id, run_id=run.run_id, step=1, tool="createTask",
        state="done", args=TASK_ARGS, result={"id": "T-8", **TASK_ARGS}, updated_at=AT,
    )  # fmt: skip
    await world.effects.reserve(made)
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    # Agents side by side: the first place was given away, and not come to when the stop took it.
    await stop_run(record, "EXECUTING_TOOLS", world.deps())
    left = await left_behind(record, "es", world.deps())
    assert left.told.startswith("Hecho: la tarea T-8")
    assert "No se ha hecho" not in left.told
    assert [each.id for each in left.entities] == ["T-8"]


async def test_a_run_that_has_done_more_than_fits_ends_and_tells_the_beginning() -> None:
    world = World()
    record = await begun(world)
    outcome = RunOutcome(
        run_id=RUN_ID,
        tenant_id=ANA.tenant_id,
        state="FAILED",
        finish_reason="error",
        ended_at=AT,
        failure=AWAY,
    )
    writer = LogWriter(world.log, RUN_ID, TERMINAL_STEP, "w", 0)
    left = LeftBehind(told="Hecho: la tarea.\n" * 150_000, acted=True)
    stored = await close_run(record, outcome, "es", (), writer, world.deps(), left)
    assert stored.told is not None
    assert stored.told.endswith(" …")
    assert len(json.dumps(stored.told)) <= TEXT_BYTES
    error = (await world.log.all(RUN_ID))[-1].events[-1]
    assert isinstance(error, ErrorEvent)
    assert error.message == stored.told
