"""The port LogItems: where a run's event log is kept."""

import asyncio
from collections.abc import Callable

from shared.contracts.events import (
    CitationsEvent,
    ErrorEvent,
    QuestionEvent,
    RestartEvent,
    RunEvent,
    StateEvent,
    ToolEvent,
)
from shared.contracts.evidence import Citation
from shared.contracts.plan import Choice, MissingField
from shared.ports import Dependencies, LogItem
from shared.streams.tailing import tail
from shared.streams.writing import AnswerWriter, LogWriter
from tests.contract.conftest import Sides
from tests.fakes.log_events import done, numbers, text, texts

type Fresh = Callable[[], str]
EVERY_KIND: tuple[RunEvent, ...] = (
    StateEvent(state="RECEIVED", correlation_id="corr-1"),
    text("«ñ» 🙂\n\u2028"),
    RestartEvent(reason="interrupted", attempt=2),
    ToolEvent(
        name="createTask", args={"a": [1, None]}, status="ok", call_id="c0", result={"id": "T"}
    ),
    QuestionEvent(
        text="¿?",
        missing=(
            MissingField(tool="t", field="f", reason="r", choices=(Choice(value="v", label="l"),)),
        ),
    ),
    CitationsEvent(
        citations=(
            Citation(
                number=1, source="s", score=0.5, index="cerebro", document_id="d", verified=True
            ),
        )
    ),
    ErrorEvent(code="TIMEOUT", message="m", retryable=True, retry_after=2, correlation_id="x"),
    done(),
)


def item(first: int, key: str = "step/1", *, next_ms: int | None = None) -> LogItem:
    return LogItem(first, texts(f"e{first}"), key, "writer", next_ms)


async def test_every_kind_of_event_comes_back_as_it_went(sides: Sides, fresh: Fresh) -> None:
    run = fresh()
    whole = LogItem(1, EVERY_KIND, "step/1", "writer", 25)
    assert await sides.near.log.create(run, whole) is None
    assert await sides.far.log.get(run, 1) == whole


async def test_a_number_that_is_taken_answers_what_has_it(sides: Sides, fresh: Fresh) -> None:
    run = fresh()
    first = item(1, next_ms=0)
    assert await sides.near.log.create(run, first) is None
    assert await sides.far.log.create(run, item(1, "other/1")) == first
    assert await sides.near.log.all(run) == (first,)


async def test_of_creates_at_once_one_wins_and_the_others_see_it(
    sides: Sides, fresh: Fresh
) -> None:
    run = fresh()
    creates = [
        (sides.near if n % 2 else sides.far).log.create(run, item(1, f"step/{n}")) for n in range(6)
    ]
    answers = await asyncio.gather(*creates)
    (stored,) = await sides.near.log.all(run)
    assert sorted(str(each) for each in answers) == sorted(["None", *[str(stored)] * 5])


async def test_all_items_come_in_the_order_of_their_numbers(
    deps: Dependencies, fresh: Fresh
) -> None:
    run = fresh()
    for first in (10, 2, 1, 100, 9):
        await deps.log.create(run, item(first))
    assert [each.first for each in await deps.log.all(run)] == [1, 2, 9, 10, 100]
    assert await deps.log.all(fresh()) == ()
    assert await deps.log.get(run, 3) is None


async def test_a_reader_in_the_same_process_is_woken(deps: Dependencies, fresh: Fresh) -> None:
    run = fresh()
    waiting = asyncio.create_task(deps.log.changed(run, 60))
    await asyncio.sleep(0)
    await deps.log.create(run, item(1))
    async with asyncio.timeout(30):
        await waiting


async def test_a_reader_is_not_kept_longer_than_it_wants(deps: Dependencies, fresh: Fresh) -> None:
    async with asyncio.timeout(30):
        await deps.log.changed(fresh(), 0.01)


async def test_writers_and_readers_in_two_processes_agree(sides: Sides, fresh: Fresh) -> None:
    """Two writers, one in each process; a reader in each; and one end."""
    run = fresh()

    async def write() -> None:
        tool = LogWriter(sides.far.log, run, "tool", "w2", 0)
        answer = AnswerWriter(sides.near.log, run, "respond", "w1", 0)
        await answer.begin([StateEvent(state="STREAMING_RESPONSE")])
        for n in range(5):
            await asyncio.gather(
                answer.write([text(f"t{n} ")]), tool.append(str(n), texts(f"tool {n}"))
            )
        await LogWriter(sides.far.log, run, "end", "w3", 0).append("terminal", [done()])

    async def read(deps: Dependencies) -> list[int]:
        return [entry.number async for batch in tail(deps.log, run, 0) for entry in batch]

    async with asyncio.timeout(30):
        _, near, far = await asyncio.gather(write(), read(sides.near), read(sides.far))
    assert near == far == list(range(1, 13))
    assert numbers(await sides.near.log.all(run)) == near


async def test_an_erased_log_is_empty(sides: Sides, fresh: Fresh) -> None:
    run_id, other = fresh(), fresh()
    for each in (run_id, other):
        for first in (1, 2):
            await sides.near.log.create(each, item(first))
    for side in (sides.near, sides.far):
        await side.log.erase(run_id)
    assert await sides.far.log.all(run_id) == ()
    assert len(await sides.far.log.all(other)) == 2
