"""Effects happen once: under crashes at any moment, lost answers, and two executions at once."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.effects import Effect, EffectState, effect_id
from shared.contracts.tools import ApprovalPolicy, ToolContract
from shared.errors import AppError, ErpBusyError, ErpError
from shared.packs import FolderPacks
from shared.ports import ToolInvocation, ToolRefused
from shared.tools.ledger import Ledger, RaceLostError, first_state
from tests.fakes.crashing import DiedError, Mortal, MortalEffects, MortalTools
from tests.fakes.samples import AT, task_call
from tests.fakes.services import FakeTools
from tests.fakes.stores import FakeEffects
from tests.fakes.virtual_time import now, run_virtually
from tests.fakes.world import ANA, PACKS

TASK = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["createTask"]
APPROVED = TASK.model_copy(update={"approval": ApprovalPolicy(when="always")})
WITHOUT_KEY = TASK.model_copy(update={"idempotency_key": False})
WITHOUT_ANYTHING = WITHOUT_KEY.model_copy(update={"reconcile": None})
LOST = ErpError("no answer", sent=True)
NOT_SENT = ErpError("connection refused", sent=False)
CALL = task_call()
EFFECT = Effect(
    effect_id=effect_id("tenant-a", "r1", 0, CALL),
    tenant_id="tenant-a",
    run_id="r1",
    step=0,
    tool="createTask",
    state="reserved",
    args=CALL.args,
    updated_at=AT,
)


@dataclass
class Scene:
    """The ledger over an ERP and a store that outlive its crashes."""

    contract: ToolContract = TASK
    effects: FakeEffects = field(default_factory=FakeEffects)
    tools: FakeTools = field(default_factory=FakeTools)
    chances: list[float] = field(default_factory=list)

    def invocation(self) -> ToolInvocation:
        return ToolInvocation(
            contract=self.contract,
            args=EFFECT.args,
            caller=ANA,
            correlation_id="corr-1",
            language="es",
            key=EFFECT.effect_id,
        )

    async def settle(self, life: Mortal | None = None) -> Effect:
        life = life or Mortal(dies_at=0)
        effects, tools = MortalEffects(self.effects, life), MortalTools(self.tools, life)
        begun = {"state": first_state(self.contract), "holder": uuid4().hex}
        effect = EFFECT.model_copy(update=begun)
        ledger = Ledger(effects, tools, lambda: AT, self._chance)
        return await ledger.settle(effect, self.invocation())

    def _chance(self) -> float:
        return self.chances.pop(0) if self.chances else 1.0

    async def stored_as(self, state: EffectState) -> None:
        """The ledger as an earlier execution left it."""
        stored = await self.effects.reserve(EFFECT)
        if state != "reserved":
            await self.effects.advance(stored.model_copy(update={"state": state}))


def settled(scene: Scene) -> Effect:
    return run_virtually(scene.settle())


def test_a_call_that_is_answered_is_done_and_stored() -> None:
    scene = Scene()
    effect = settled(scene)
    assert effect.state == "done"
    assert effect.result == scene.tools.made[0]
    assert scene.tools.calls[0].key == EFFECT.effect_id


@pytest.mark.parametrize("state", ["done", "failed", "unknown"])
def test_what_is_settled_is_not_touched_again(state: EffectState) -> None:
    scene = Scene()
    run_virtually(scene.stored_as(state))
    assert settled(scene).state == state
    assert scene.tools.calls == []


def test_a_reservation_left_behind_is_taken_over() -> None:
    scene = Scene()
    run_virtually(scene.stored_as("reserved"))
    assert settled(scene).state == "done"
    assert len(scene.tools.made) == 1


def test_a_refusal_is_final_and_says_why() -> None:
    scene = Scene()
    scene.tools.refusal = ToolRefused(422, "el proyecto no existe")
    effect = settled(scene)
    assert (effect.state, effect.error) == ("failed", "el proyecto no existe")
    assert len(scene.tools.calls) == 1


# --- crashes --------------------------------------------------------------------------------------


async def die_then_live(scene: Scene, deaths: list[int]) -> Effect:
    for dies_at in deaths:
        try:
            await scene.settle(Mortal(dies_at))
        except DiedError:
            continue
    return await scene.settle()


@pytest.mark.parametrize("contract", [TASK, APPROVED], ids=["sent at once", "reserved first"])
@pytest.mark.parametrize("dies_at", range(1, 9))
def test_a_crash_between_any_two_steps_and_then_again_makes_one_record(
    dies_at: int, contract: ToolContract
) -> None:
    """Boundaries: around reserving, marking as sent, calling, and marking as done."""
    scene = Scene(contract)
    effect = run_virtually(die_then_live(scene, [dies_at]))
    assert effect.state == "done"
    assert len(scene.tools.made) == 1


@pytest.mark.parametrize(("contract", "boundaries"), [(TASK, 6), (APPROVED, 8)])
def test_the_boundaries_above_are_all_there_are(contract: ToolContract, boundaries: int) -> None:
    life = Mortal(dies_at=0)
    run_virtually(Scene(contract).settle(life))
    assert life.passed == boundaries


@given(st.lists(st.integers(1, 10), max_size=5), st.sampled_from([TASK, APPROVED]))
def test_any_number_of_crashes_makes_one_record(deaths: list[int], contract: ToolContract) -> None:
    scene = Scene(contract)
    assert run_virtually(die_then_live(scene, deaths)).state == "done"
    assert len(scene.tools.made) == 1


@given(st.lists(st.integers(1, 10), max_size=5), st.booleans())
def test_a_tool_without_a_key_is_never_called_twice(deaths: list[int], with_query: bool) -> None:
    scene = Scene(contract=WITHOUT_KEY if with_query else WITHOUT_ANYTHING)
    effect = run_virtually(die_then_live(scene, deaths))
    assert len(scene.tools.calls) <= 1
    assert effect.state in ("done", "unknown")
    if with_query:
        assert (effect.state == "done") == (len(scene.tools.made) == 1)
    if not deaths:
        assert effect.state == "done"


# --- sent, and nobody knows -----------------------------------------------------------------------


def test_what_was_sent_and_is_found_is_done_without_another_call() -> None:
    scene = Scene()
    run_virtually(scene.stored_as("sent"))
    run_virtually(scene.tools.call(scene.invocation()))
    assert settled(scene).state == "done"
    assert len(scene.tools.calls) == 1


def test_what_was_sent_and_is_absent_is_sent_again_with_the_same_key() -> None:
    scene = Scene()
    run_virtually(scene.stored_as("sent"))
    assert settled(scene).state == "done"
    assert [call.key for call in scene.tools.calls] == [EFFECT.effect_id]


@pytest.mark.parametrize("contract", [WITHOUT_KEY, WITHOUT_ANYTHING])
def test_what_was_sent_and_cannot_be_settled_is_unknown(contract: ToolContract) -> None:
    scene = Scene(contract=contract)
    run_virtually(scene.stored_as("sent"))
    effect = settled(scene)
    assert (effect.state, effect.error) == ("unknown", "no_answer")
    assert scene.tools.calls == []


def test_a_query_that_fails_is_asked_again_before_it_goes_to_a_person() -> None:
    scene = Scene()
    run_virtually(scene.stored_as("sent"))
    scene.tools.unfindable = [LOST, LOST]
    assert settled(scene).state == "done"
    other = Scene()
    run_virtually(other.stored_as("sent"))
    other.tools.unfindable = [LOST] * 9
    assert settled(other).state == "unknown"
    assert other.tools.calls == []


# --- answers that are lost, and patience ----------------------------------------------------------


def test_a_lost_answer_is_asked_for_again_with_the_same_key() -> None:
    scene = Scene()
    scene.tools.failures, scene.tools.acts_before_failing = [LOST], True
    assert settled(scene).state == "done"
    assert len(scene.tools.made) == 1
    assert len({call.key for call in scene.tools.calls}) == 1


def test_an_answer_lost_for_good_is_settled_by_the_query() -> None:
    scene = Scene()
    scene.tools.failures, scene.tools.acts_before_failing = [LOST] * 9, True
    assert settled(scene).state == "done"
    assert len(scene.tools.made) == 1


def test_a_call_that_may_have_arrived_once_is_not_called_failed_by_later_refusals() -> None:
    """The first attempt acted and its answer was lost; then the ERP limits the rate."""
    scene = Scene()
    scene.tools.failures, scene.tools.acts_before_failing = [LOST, NOT_SENT, NOT_SENT], True
    assert settled(scene).state == "done"
    assert len(scene.tools.made) == 1


def test_what_never_arrived_has_failed() -> None:
    scene = Scene()
    scene.tools.failures = [NOT_SENT] * 9
    effect = settled(scene)
    assert (effect.state, effect.error) == ("failed", "unreachable")
    assert len(scene.tools.calls) == TASK.retry.attempts


def test_what_never_arrived_is_tried_again_even_without_a_key() -> None:
    scene = Scene(contract=WITHOUT_ANYTHING)
    scene.tools.failures = [NOT_SENT]
    assert settled(scene).state == "done"
    assert len(scene.tools.made) == 1


def test_a_rate_limit_is_waited_for_as_long_as_it_says() -> None:
    scene = Scene()
    scene.tools.failures = [ErpError("429", sent=False, retry_after=3)]

    async def program() -> float:
        await scene.settle()
        return now()

    assert run_virtually(program()) == pytest.approx(3)
    assert len(scene.tools.made) == 1


@pytest.mark.parametrize(
    ("failures", "state", "error", "calls"),
    [
        ([ErpBusyError("429", retry_after=60)], "failed", "erp_busy", 1),
        ([LOST, ErpBusyError("429", retry_after=60)], "unknown", "no_answer", 2),
        ([ErpError("500", sent=True, retry_after=60)], "unknown", "no_answer", 1),
        ([ErpBusyError("429")] * 3, "failed", "erp_busy", 3),
    ],
)
def test_an_erp_that_asks_for_a_long_wait_is_not_asked_before(
    failures: list[AppError], state: EffectState, error: str, calls: int
) -> None:
    """Not even what became of the call."""
    scene = Scene()
    scene.tools.failures = [*failures]
    scene.tools.unfindable = [ErpError("asked too soon", sent=False)]
    effect = settled(scene)
    assert (effect.state, effect.error, len(scene.tools.calls)) == (state, error, calls)
    assert scene.tools.unfindable


def test_a_question_that_is_to_wait_long_is_given_up() -> None:
    scene = Scene()
    run_virtually(scene.stored_as("sent"))
    scene.tools.unfindable = [ErpError("503", sent=True, retry_after=60), NOT_SENT]
    assert settled(scene).state == "unknown"
    assert scene.tools.unfindable == [NOT_SENT]


@given(st.floats(0, 1), st.floats(0, 1))
def test_without_advice_the_wait_is_any_part_of_what_doubles(first: float, second: float) -> None:
    scene = Scene(chances=[first, second])
    scene.tools.failures = [NOT_SENT, NOT_SENT]

    async def program() -> float:
        await scene.settle()
        return now()

    waited = (first + 2 * second) * TASK.retry.backoff_ms / 1000
    assert run_virtually(program()) == pytest.approx(waited)


# --- two at once ----------------------------------------------------------------------------------


@given(st.integers(2, 4))
def test_executions_at_once_make_one_record_and_agree(executions: int) -> None:
    scene = Scene()

    async def insist() -> Effect:
        while True:
            try:
                return await scene.settle()
            except RaceLostError:
                # Durable tries a step that raised again.
                await asyncio.sleep(0.5)

    async def program() -> list[Effect]:
        return list(await asyncio.gather(*(insist() for _ in range(executions))))

    effects = run_virtually(program())
    assert len(scene.tools.made) == 1
    assert {effect.state for effect in effects} == {"done"}
    assert all(effect.result == scene.tools.made[0] for effect in effects)


# --- the id ---------------------------------------------------------------------------------------


def test_the_id_does_not_depend_on_the_order_of_the_arguments() -> None:
    turned = CALL.model_copy(update={"args": dict(reversed(CALL.args.items()))})
    assert effect_id("t", "r", 0, turned) == effect_id("t", "r", 0, CALL)


@given(st.tuples(st.sampled_from("tu"), st.sampled_from("rs"), st.integers(0, 2), st.text()))
def test_another_tenant_run_step_or_argument_is_another_effect(
    where: tuple[str, str, int, str],
) -> None:
    tenant, run, step, title = where
    same = (tenant, run, step) == ("t", "r", 0) and title == "x"
    first = effect_id("t", "r", 0, task_call(title="x"))
    assert (effect_id(tenant, run, step, task_call(title=title)) == first) is same
