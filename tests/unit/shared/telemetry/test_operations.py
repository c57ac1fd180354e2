"""What operators are told beside runs: unknown effects, dead letters, what timers find."""

from opentelemetry.trace import SpanKind

from shared.contracts.effects import Effect
from shared.contracts.erp import DeadLetter
from shared.telemetry import names
from shared.telemetry.operations import audit_trouble, run_swept, runs_purged, runs_stuck
from shared.telemetry.recording import span
from shared.telemetry.records import TracedDeadLetters, TracedEffects
from tests.fakes.samples import AT
from tests.fakes.stores import FakeDeadLetters, FakeEffects
from tests.fakes.telemetry import telling

SENT = Effect(
    effect_id="e", tenant_id="t", run_id="r", step=0, tool="createTask", state="sent",
    args={"title": "canary"}, updated_at=AT,
)  # fmt: skip
LETTER = DeadLetter(
    letter_id="l", tenant_id="t", reason="wrong_schema", detail="canary", at=AT, event="canary"
)


async def test_an_effect_that_becomes_unknown_is_counted_once_by_its_tool() -> None:
    with telling() as told:
        effects = TracedEffects(FakeEffects())
        stored = await effects.reserve(SENT)
        unknown = stored.model_copy(update={"state": "unknown"})
        with span("run_tool", SpanKind.INTERNAL, {}):
            assert await effects.advance(unknown) is not None
        # Somebody else was faster: it is theirs to tell.
        assert await effects.advance(unknown) is None
        assert [each.state for each in await effects.of_run("t", "r", 1)] == ["unknown"]
        assert told.about("run_tool") == {names.EFFECT_STATE: "unknown"}
        assert told.points("eira.effects.unknown") == [({names.TOOL_NAME: "createTask"}, 1)]


async def test_an_effect_that_is_done_is_not_counted() -> None:
    with telling() as told:
        effects = TracedEffects(FakeEffects())
        stored = await effects.reserve(SENT)
        await effects.advance(stored.model_copy(update={"state": "done"}))
        assert told.points("eira.effects.unknown") == []


async def test_a_dead_letter_is_counted_by_its_reason_and_nothing_of_it_is_told() -> None:
    with telling() as told:
        await TracedDeadLetters(FakeDeadLetters()).put(LETTER)
        assert told.points("eira.events.dead_letters") == [({names.DEAD_LETTER: "wrong_schema"}, 1)]


async def test_what_timers_find_and_do_is_measured() -> None:
    with telling() as told:
        run_swept()
        runs_purged(3)
        runs_purged(0)
        runs_stuck(0)
        audit_trouble("sealed_late", 2)
        assert told.points("eira.runs.swept") == [({}, 1)]
        assert told.points("eira.runs.purged") == [({}, 3)]
        assert told.points("eira.runs.stuck") == [({}, 0)]
        assert told.points("eira.audit.troubles") == [({names.AUDIT_TROUBLE: "sealed_late"}, 2)]


async def test_where_nobody_is_told_everything_is_done_all_the_same() -> None:
    run_swept()
    runs_purged(3)
    runs_stuck(1)
    audit_trouble("not_anchored")
    effects, letters = FakeEffects(), FakeDeadLetters()
    stored = await TracedEffects(effects).reserve(SENT)
    await TracedEffects(effects).advance(stored.model_copy(update={"state": "unknown"}))
    await TracedDeadLetters(letters).put(LETTER)
    assert len(effects.stored) == len(letters.letters) == 1
