"""Conversation memory: the newest turns whole, the older ones as a summary, once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.fold import fold
from activities.plan import plan
from activities.prepare import prepare
from activities.remembering import newest_within, overflows, to_fold, tokens_of
from activities.respond import respond
from shared.contracts.activities import (
    FoldRequest,
    PlanRequest,
    PrepareRequest,
    RespondRequest,
    RunRef,
)
from shared.contracts.conversations import History, Mentioned, Summary, Turn
from shared.contracts.plan import Plan
from shared.errors import ModelError
from tests.fakes.samples import past_turn
from tests.fakes.world import ANA, RUN_ID, World

PROJECT = Mentioned(type="project", id="P-7", name="Reforma")
LONG = "palabra " * 1_000
"""2,000 tokens, as they are estimated."""


def turns(*lengths: int) -> tuple[Turn, ...]:
    return tuple(
        past_turn(run_id=f"01A{place:03}", message="x" * length, text="")
        for place, length in enumerate(lengths)
    )


LENGTHS = st.lists(st.integers(1, 8_000), max_size=40)


@given(LENGTHS, st.integers(200, 5_000), st.integers(2, 30))
def test_what_is_told_is_the_newest_that_fits(lengths: list[int], tokens: int, most: int) -> None:
    known = turns(*lengths)
    told = newest_within(known, tokens, most)
    assert told == known[len(known) - len(told) :]
    assert bool(told) == bool(known)
    assert len(told) <= most
    assert len(told) <= 1 or sum(map(tokens_of, told)) <= tokens


@given(LENGTHS, st.integers(200, 5_000), st.integers(2, 30))
def test_what_is_folded_is_old_and_leaves_room(lengths: list[int], tokens: int, most: int) -> None:
    known = turns(*lengths)
    old = to_fold(History(turns=known), tokens, most)
    assert old == known[: len(old)]
    assert bool(old) == overflows(known, tokens, most)
    left = known[len(old) :]
    assert not overflows(left, tokens, most)


def test_records_are_told_once_and_the_newest_first() -> None:
    old, new = Mentioned(type="task", id="T-1"), Mentioned(type="task", id="T-2")
    first, second = (
        past_turn(run_id=run_id).model_copy(update={"entities": entities})
        for run_id, entities in (("01A", (old, PROJECT)), ("01B", (new, old)))
    )
    summary = Summary(run_id="010", conversation_id="c1", tenant_id="t", text="", entities=(old,))
    assert History(summary=summary, turns=(first, second)).entities == (new, old, PROJECT)


# --- folding --------------------------------------------------------------------------------------


async def a_long_conversation(world: World) -> RunRef:
    """Three turns, of which the newest fits."""
    for run_id in ("01A", "01B"):
        turn = past_turn(run_id=run_id, message=f"{run_id} {LONG}", text="Vale.")
        await world.conversations.add_turn(turn.model_copy(update={"entities": (PROJECT,)}))
    await world.conversations.add_turn(past_turn(run_id="01C"))
    return await world.begin("¿Y ahora?")


async def folded(world: World, run: RunRef) -> int:
    request = FoldRequest(run=run, language="es")
    return (await fold(request, world.deps())).model_calls


async def known(world: World) -> History:
    return await world.conversations.history(ANA.tenant_id, "c1", 100)


async def test_older_turns_become_a_summary_with_their_records() -> None:
    world = World()
    world.model.answers["summary"] = ["Ana habló mucho de P-7."]
    run = await a_long_conversation(world)
    assert await folded(world, run) == 1
    history = await known(world)
    assert history.summary is not None
    assert (history.summary.run_id, history.summary.text) == ("01B", "Ana habló mucho de P-7.")
    assert history.entities == (PROJECT,)
    assert [turn.run_id for turn in history.turns] == ["01C"]
    told = world.model.requests[0].messages[0].content
    assert '<turns>[{"user":"01A' in told
    assert "<language>es</language>" in told


async def test_a_second_execution_folds_nothing_more() -> None:
    world = World()
    world.model.answers["summary"] = ["Una vez.", "Dos veces."]
    run = await a_long_conversation(world)
    await folded(world, run)
    assert await folded(world, run) == 0
    summary = (await known(world)).summary
    assert summary is not None
    assert summary.text == "Una vez."


async def test_the_next_summary_holds_the_one_before() -> None:
    world = World()
    world.model.answers["summary"] = ["Lo primero.", "Todo."]
    run = await a_long_conversation(world)
    await folded(world, run)
    for run_id in ("01D", "01E"):
        await world.conversations.add_turn(past_turn(run_id=run_id, message=LONG))
    await folded(world, run)
    summary = (await known(world)).summary
    assert summary is not None
    assert (summary.run_id, summary.text, summary.entities) == ("01D", "Todo.", (PROJECT,))
    assert "<summary>Lo primero.</summary>" in world.model.requests[1].messages[0].content


async def test_a_model_that_is_away_leaves_the_turns_as_they_are() -> None:
    world = World()
    run = await a_long_conversation(world)
    world.model.failure = ModelError("away")
    with pytest.raises(ModelError):
        await folded(world, run)
    assert len((await known(world)).turns) == 3


async def test_a_turn_says_that_the_conversation_has_become_too_long() -> None:
    world = World()
    run = await world.begin("Hola")
    request = RespondRequest(
        run=run, announce=("STREAMING_RESPONSE",), route="SMALL_TALK", language="es"
    )
    assert not (await respond(request, world.deps())).folds
    long = World()
    run = await a_long_conversation(long)
    await long.conversations.add_turn(past_turn(run_id="01D", message=LONG))
    assert (await respond(request, long.deps())).folds


# --- what later steps are told --------------------------------------------------------------------


async def test_triage_is_told_the_summary_and_the_turns_behind_it() -> None:
    world = World()
    world.model.answers = {
        "summary": ["Se habló de P-7."],
        "triage": [
            {
                "route": "SMALL_TALK", "reason": "", "confidence": 1.0,
                "continues_open_question": False, "drops_open_question": False,
            }
        ],
    }  # fmt: skip
    run = await a_long_conversation(world)
    await folded(world, run)
    await prepare(PrepareRequest(run=run), world.deps())
    system, *rest = world.model.requests[-1].messages
    assert "<summary>Se habló de P-7.</summary>" in system.content
    assert [each.content for each in rest] == ["Hola", "Hola, Ana.", "¿Y ahora?"]


async def planned(world: World, value: str, quote: str, field: str) -> Plan:
    """A task whose title was said, with one more argument from the records."""
    args = {"title": "Llamar", "dueDate": "mañana", field: value}
    quotes = {"title": ("user", "llamar"), "dueDate": ("user", "mañana"), field: ("erp", quote)}
    sources = [{"field": f, "source": s, "quote": q} for f, (s, q) in quotes.items()]
    call = {"tool": "createTask", "args": args, "sources": sources}
    draft = {"flow_type": "CreateTask", "calls": [call], "reason": ""}
    world.model.answers["plan"] = [draft]
    run = await world.begin("Y otra en ese proyecto: llamar, mañana")
    request = PlanRequest(run=run, indexes=(), language="es", continues=False)
    await plan(request, world.deps())
    stored = await world.runs.plan(ANA.tenant_id, RUN_ID)
    assert stored is not None
    return stored


async def with_records(*entities: Mentioned) -> World:
    world = World()
    turn = past_turn(run_id="01A").model_copy(update={"entities": entities})
    await world.conversations.add_turn(turn)
    return world


async def test_a_record_of_the_conversation_is_a_source_of_values() -> None:
    task = Mentioned(type="task", id="T-1", name="Revisar el acta", name_field="title")
    world = await with_records(PROJECT, task)
    plan = await planned(world, "Revisar el acta", "Revisar el acta", "description")
    origin = plan.calls[0].provenance["description"]
    assert plan.calls[0].args["description"] == "Revisar el acta"
    assert (origin.source, origin.record, origin.field) == ("erp", "T-1", "title")
    told = world.model.requests[0].messages[0].content
    assert '<records>[{"type":"project","id":"P-7","name":"Reforma"' in told


async def test_what_no_record_says_is_no_value() -> None:
    world = await with_records(PROJECT)
    plan = await planned(world, "Revisar el acta", "Revisar el acta", "description")
    assert "description" not in plan.calls[0].args


async def test_a_record_that_an_argument_names_is_looked_up_as_always() -> None:
    world = await with_records(PROJECT)
    world.tools.answer = {
        "items": [{"id": "P-7", "name": "Reforma", "status": "abierto"}], "total": 1, "next": None,
    }  # fmt: skip
    plan = await planned(world, "P-7", "P-7", "projectId")
    origin = plan.calls[0].provenance["projectId"]
    assert plan.calls[0].args["projectId"] == "P-7"
    assert (origin.source, origin.record, origin.field) == ("erp", "P-7", "id")
