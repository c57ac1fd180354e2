"""What people see of citations: marks, sources below, or neither; and what is said of doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.citation_styles import MarkFilter, without_marks
from activities.respond import respond
from shared.contracts.activities import RespondRequest
from shared.contracts.conversations import Turn
from shared.contracts.events import RestartEvent
from shared.contracts.grounding import Grounding
from shared.contracts.plan import Plan
from shared.streams.showing import shown_text
from tests.fakes.samples import evidence
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, RUN_ID, World

TRUE = "Para renovar la licencia hace falta el DNI [1]."
UNTRUE = "El trámite dura quince minutos en cualquier oficina [1]."
DOUBT = "No he podido comprobar esto en los documentos: la evidencia no basta."


async def answered(world: World) -> Turn:
    """The stored turn, which says what a reader has on the screen."""
    run = await world.begin("¿Qué hace falta?")
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, Plan(flow_type="Other"))
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", evidence())
    request = RespondRequest(
        run=run, announce=("TRIAGED", "STREAMING_RESPONSE"), route="FLOW_EXECUTION",
        language="es", planned=True, indexes=("cerebro",),
    )  # fmt: skip
    await respond(request, world.deps())
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    assert turn.text == shown_text(await world.log.all(RUN_ID))
    return turn


def world_of(grounding: Grounding, *pieces: str) -> World:
    return World(model=FakeModel(pieces=pieces), grounding=grounding)


async def restarts(world: World) -> int:
    items = await world.log.all(RUN_ID)
    return sum(isinstance(event, RestartEvent) for item in items for event in item.events)


async def test_an_inline_answer_is_as_the_model_wrote_it() -> None:
    turn = await answered(world_of(Grounding(), TRUE))
    assert turn.text == TRUE
    assert [each.verified for each in turn.citations] == [True]


async def test_footnotes_name_the_sources_below_the_text() -> None:
    turn = await answered(world_of(Grounding(citation_style="footnote"), TRUE))
    document = evidence().snippets[0]
    assert turn.text == (
        f"{TRUE}\n\nFuentes:\n[1] {document.title} — {document.url or document.source}"
    )


async def test_without_marks_the_sources_are_told_all_the_same() -> None:
    pieces = ("Para renovar la licencia hace falta el DNI ", "[", "1", "]", ".")
    turn = await answered(world_of(Grounding(citation_style="none"), *pieces))
    assert turn.text == "Para renovar la licencia hace falta el DNI."
    assert [each.document_id for each in turn.citations] == ["licencia"]


async def test_an_answer_that_no_document_bears_out_says_so() -> None:
    world = world_of(Grounding(), UNTRUE)
    turn = await answered(world)
    assert turn.text == f"{UNTRUE}\n\n{DOUBT}"
    assert [each.verified for each in turn.citations] == [False]
    assert await restarts(world) == 0


async def test_dropped_citations_take_their_marks_with_them() -> None:
    world = world_of(Grounding(unverifiable="drop"), UNTRUE)
    turn = await answered(world)
    assert turn.text == f"{UNTRUE.removesuffix(' [1].')}.\n\n{DOUBT}"
    assert turn.citations == ()
    assert await restarts(world) == 2, "the model was asked once more, then code decided"
    told = world.model.requests[1].messages[0].content
    assert "document 1 does not say what is marked [1]" in told


async def test_what_is_borne_out_stays_when_the_rest_is_dropped() -> None:
    turn = await answered(world_of(Grounding(unverifiable="drop"), TRUE))
    assert turn.text == TRUE
    assert [each.verified for each in turn.citations] == [True]


@pytest.mark.parametrize(("inject", "place"), [("system", 0), ("user", -1)])
async def test_the_documents_stand_where_the_setting_says(inject: str, place: int) -> None:
    world = world_of(Grounding.model_validate({"inject": inject}), TRUE)
    await answered(world)
    messages = world.model.requests[0].messages
    holding = [each for each in messages if '<doc n="1"' in each.content]
    assert holding == [messages[place]]
    assert messages[-1].role == "user"
    assert messages[-1].content.endswith("¿Qué hace falta?")


async def test_where_nobody_looked_the_model_is_not_told_that_nothing_was_found() -> None:
    world = world_of(Grounding(policy="never"), "No lo he buscado.")
    await answered(world)
    assert all("<evidence></evidence>" not in m.content for m in world.model.requests[0].messages)


@given(st.lists(st.sampled_from(["[", "1", "2", "]", " ", "[3]", "a", ".", "\n", "[x]", "[123]"])))
def test_a_text_in_pieces_loses_the_same_marks_as_a_whole_one(pieces: list[str]) -> None:
    marks = MarkFilter()
    shown = "".join([*map(marks.add, pieces), marks.rest()])
    assert shown == without_marks("".join(pieces))
