"""What people see of citations: marks, sources below, or neither; and what is said of doubt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.citation_styles import MarkFilter, without_marks
from activities.respond import respond
from shared.contracts.activities import RespondRequest
from shared.contracts.conversations import Mentioned, Turn
from shared.contracts.events import RestartEvent
from shared.contracts.evidence import ContextPack
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language
from shared.contracts.plan import Plan, Route
from shared.contracts.retrieval import Retrieval
from shared.contracts.wording import say
from shared.streams.showing import shown_text
from tests.fakes.samples import evidence, past_turn, snippet
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, RUN_ID, World

TRUE = "Para renovar la licencia hace falta el DNI [1]."
UNTRUE = "El trámite dura quince minutos en cualquier oficina [1]."
DOUBT = "No he podido comprobar esto en los documentos: la evidencia no basta."


async def answered(
    world: World, found: ContextPack | None = None, language: Language = "es"
) -> Turn:
    """The stored turn, which says what a reader has on the screen."""
    run = await world.begin("¿Qué hace falta?")
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, Plan(flow_type="Other"))
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", found or evidence())
    request = RespondRequest(
        run=run, announce=("TRIAGED", "STREAMING_RESPONSE"), route="FLOW_EXECUTION",
        language=language, planned=True, indexes=("cerebro",),
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


async def test_what_stands_behind_what_the_model_was_told_bears_out_an_answer_too() -> None:
    world = world_of(Grounding(), "La tasa de la terraza son 77 euros [1].")
    long = snippet(content="Otra cosa. " * 400 + "La tasa de la terraza son 77 euros.")
    deps = world.deps()
    small = replace(deps.policy, retrieval=Retrieval(tokens=200))
    run = await world.begin("¿Qué hace falta?")
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", evidence(long))
    request = RespondRequest(
        run=run, announce=("STREAMING_RESPONSE",), route="FLOW_EXECUTION", language="es",
        indexes=("cerebro",),
    )  # fmt: skip
    await respond(request, replace(deps, policy=small))
    assert "77" not in world.model.requests[0].messages[0].content
    turn = await world.conversations.get_turn(ANA.tenant_id, "c1", RUN_ID)
    assert turn is not None
    assert [each.verified for each in turn.citations] == [True]


async def test_footnotes_name_the_sources_below_the_text() -> None:
    turn = await answered(world_of(Grounding(citation_style="footnote"), TRUE))
    document = evidence().snippets[0]
    assert turn.text == (
        f"{TRUE}\n\nFuentes:\n[1] {document.title} — {document.url or document.source}"
    )


@pytest.mark.parametrize("language", ["es", "en"])
async def test_a_footnote_says_that_its_document_does_not_bear_it_out(language: Language) -> None:
    turn = await answered(
        world_of(Grounding(citation_style="footnote"), f"{TRUE} {UNTRUE}"), language=language
    )
    assert turn.text.endswith(f" ({say('told_not_verified', language)})")


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


async def test_an_answer_from_memory_where_nothing_was_found_says_so() -> None:
    turn = await answered(world_of(Grounding(), "Hacen falta tres fotos."), ContextPack())
    assert turn.text == f"Hacen falta tres fotos.\n\n{DOUBT}"
    assert turn.citations == ()


@pytest.mark.parametrize("style", ["inline", "footnote", "none"])
async def test_an_answer_without_any_mark_says_so_in_every_style(style: str) -> None:
    grounding = Grounding.model_validate({"citationStyle": style})
    turn = await answered(world_of(grounding, "Hacen falta ", "tres fotos."))
    assert turn.text == f"Hacen falta tres fotos.\n\n{DOUBT}"
    assert turn.citations == ()


async def test_that_the_evidence_is_not_enough_is_said_in_the_persons_language() -> None:
    turn = await answered(world_of(Grounding(), "Three photographs."), language="en")
    assert turn.text == f"Three photographs.\n\n{say('told_unverified', 'en')}"


async def test_an_answer_whose_marks_point_nowhere_says_so() -> None:
    turn = await answered(world_of(Grounding(), "Hacen falta tres fotos [7]."))
    assert turn.text == f"Hacen falta tres fotos.\n\n{DOUBT}"


async def test_an_answer_that_says_itself_that_it_does_not_know_is_left_as_it_is() -> None:
    turn = await answered(world_of(Grounding(), "La documentación no lo dice."), ContextPack())
    assert turn.text == "La documentación no lo dice."


async def test_what_was_done_earlier_is_told_without_documents() -> None:
    world = world_of(Grounding(), "Has creado la tarea T-7, «revisar contrato».")
    done = past_turn(text="He creado la tarea T-7, «revisar contrato», para el viernes.")
    await world.conversations.add_turn(
        done.model_copy(update={"entities": (Mentioned(type="task", id="T-7"),)})
    )
    turn = await answered(world)
    assert turn.text == "Has creado la tarea T-7, «revisar contrato»."


@pytest.mark.parametrize("route", ["FLOW_EXECUTION", "SMALL_TALK", "UNKNOWN"])
async def test_where_nobody_looked_nothing_is_said_of_evidence(route: Route) -> None:
    world = world_of(Grounding(policy="never"), "Hacen falta tres fotos.")
    run = await world.begin("¿Qué hace falta?")
    await respond(
        RespondRequest(run=run, announce=("STREAMING_RESPONSE",), route=route, language="es"),
        world.deps(),
    )
    assert shown_text(await world.log.all(RUN_ID)) == "Hacen falta tres fotos."


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


@given(
    st.lists(
        st.sampled_from(["[", "1", "2", "]", " ", "[3]", "a", ".", "\n", "[x]", "[123]", ",", "; "])
    )
)
def test_a_text_in_pieces_loses_the_same_marks_as_a_whole_one(pieces: list[str]) -> None:
    marks = MarkFilter()
    shown = "".join([*map(marks.add, pieces), marks.rest()])
    assert shown == without_marks("".join(pieces))
