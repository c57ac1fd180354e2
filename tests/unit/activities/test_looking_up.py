"""What a reader is told of the documents behind an answer."""

import pytest

from activities.looking_up import looked_up
from shared.contracts.effects import Effect
from shared.contracts.evidence import (
    EVIDENCE_WEAK,
    SEARCH_FAILED,
    Citation,
    ContextPack,
    LookUpReason,
)
from shared.contracts.plan import MissingField, Plan, Route
from shared.contracts.search import EMBEDDING_FAILED
from shared.contracts.wording import WORDING
from shared.streams.ending import worded
from tests.fakes.samples import AT, TASK_ARGS, evidence, snippet, task_plan
from tests.fakes.world import ANA, RUN_ID, World
from tests.unit.activities.test_respond import kept, responded

LACKING = MissingField(tool="createTask", field="dueDate", reason="missing_required")
ASKING = Plan(flow_type="CreateTask", missing=(LACKING,), question="¿Para cuándo?")
CITED = Citation(
    number=1, source="Sede", score=1.0, index="cerebro", document_id="licencia", verified=True
)


def found(*warnings: str, passages: int = 3) -> ContextPack:
    snippets = [snippet(f"d{number}") for number in range(passages)]
    return ContextPack(snippets=tuple(snippets), warnings=warnings)


@pytest.mark.parametrize(
    ("pack", "cited", "reason", "used"),
    [
        (found(), (CITED,), "found", True),
        (found(EVIDENCE_WEAK), (CITED,), "weak", True),
        (found(), (), "uncited", False),
        (found(passages=0), (), "nothing", False),
        (found(f"{SEARCH_FAILED}:cerebro", passages=0), (), "failed", False),
    ],
)
def test_why_the_documents_were_of_use_or_not(
    pack: ContextPack, cited: tuple[Citation, ...], reason: LookUpReason, used: bool
) -> None:
    told = looked_up(pack, ["cerebro"], cited, "hybrid")
    assert (told.reason, told.used, told.indexes, told.mode) == (
        reason, used, ("cerebro",), "hybrid"
    )  # fmt: skip
    assert (told.found, told.cited) == (len(pack.snippets), len(cited))


def test_without_a_vector_only_words_were_searched_for() -> None:
    assert looked_up(found(EMBEDDING_FAILED), ["cerebro"], (), "hybrid").mode == "keyword"
    assert looked_up(found(EMBEDDING_FAILED), ["cerebro"], (), "semantic").mode == "semantic"


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("SMALL_TALK", "small_talk"), ("NEED_MORE_CONTEXT", "unclear"), ("UNKNOWN", "unclear"),
        ("FLOW_EXECUTION", "not_asked"),
    ],
)  # fmt: skip
async def test_a_turn_says_why_nothing_was_looked_up(route: Route, reason: LookUpReason) -> None:
    world = World()
    result = await responded(world, route)
    turn = await kept(world)
    assert turn.retrieval is not None
    assert (turn.retrieval.reason, turn.retrieval.used) == (reason, False)
    assert result.retrieval == turn.retrieval


async def test_a_question_about_what_is_missing_rests_on_no_document() -> None:
    world = World()
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, ASKING)
    await world.runs.put_evidence(ANA.tenant_id, RUN_ID, "cerebro", evidence())
    await responded(world, "FLOW_EXECUTION", planned=True, indexes=("cerebro",))
    told = (await kept(world)).retrieval
    assert told is not None
    assert (told.reason, told.used) == ("question", False)


async def test_nor_does_what_tools_have_done() -> None:
    world = World()
    done = Effect(
        effect_id="e", tenant_id=ANA.tenant_id, run_id=RUN_ID, step=0, tool="createTask",
        state="done", args=TASK_ARGS, result={"id": "T-7"}, updated_at=AT,
    )  # fmt: skip
    await world.runs.put_plan(ANA.tenant_id, RUN_ID, task_plan())
    await world.effects.reserve(done)
    await responded(world, "FLOW_EXECUTION", planned=True, steps=1)
    turn = await kept(world)
    assert turn.retrieval is not None
    assert turn.retrieval.reason == "tools"
    (effect,) = turn.effects
    assert effect.record is not None
    assert (effect.tool, effect.status, effect.record.id) == ("createTask", "ok", "T-7")


def test_every_reason_has_its_sentence_with_its_numbers() -> None:
    for reason in LookUpReason.__value__.__args__:
        assert f"retrieval_{reason}" in WORDING
    told = worded(looked_up(found(), ["cerebro"], (CITED,), "hybrid"), "en")
    assert told is not None
    assert told.why == "It rests on 1 of 3 passages found in the documents."
    assert worded(None, "es") is None
