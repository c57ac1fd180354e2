"""Several writers on one log: no gap, nothing twice, nothing behind the end."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import RestartEvent, RunEvent, StateEvent, TextEvent, is_terminal
from shared.ports import LogItem
from shared.streams.writing import AnswerWriter, LogWriter, RunEndedError, SupersededError
from tests.fakes.log_events import RUN, done, numbers, text, texts, written
from tests.fakes.stores import FakeLogItems
from tests.fakes.virtual_time import run_virtually


@dataclass(frozen=True, slots=True)
class Script:
    """What one writer appends: the sizes of its parts, how often each is repeated, and how long
    the store takes for each."""

    sizes: tuple[int, ...]
    repeats: tuple[int, ...]
    latencies: tuple[int, ...]


class SlowLogItems(FakeLogItems):
    """Stores at the end of a wait, so that writers overtake one another."""

    def __init__(self, latency: int) -> None:
        super().__init__()
        self.latency = latency

    async def create(self, run_id: str, item: LogItem) -> LogItem | None:
        await asyncio.sleep(self.latency / 1000)
        return await super().create(run_id, item)


class Shared(SlowLogItems):
    """One log that several writers reach, each with its own latency."""

    def __init__(self, log: FakeLogItems, latency: int) -> None:
        super().__init__(latency)
        self.runs = log.runs


def scripts() -> st.SearchStrategy[Script]:
    return st.integers(1, 5).flatmap(
        lambda parts: st.builds(
            Script,
            st.tuples(*[st.integers(1, 3)] * parts),
            st.tuples(*[st.integers(1, 2)] * parts),
            st.tuples(*[st.integers(0, 3)] * parts),
        )
    )


async def play(log: FakeLogItems, step: str, script: Script) -> None:
    for part, (size, repeats, latency) in enumerate(
        zip(script.sizes, script.repeats, script.latencies, strict=True)
    ):
        events = texts(*(f"{step}/{part}/{n}" for n in range(size)))
        for _ in range(repeats):
            # A repeated activity is a new writer that knows only where the log was at its start.
            writer = LogWriter(Shared(log, latency), RUN, step, f"{step}-again", 0)
            await writer.append(str(part), events)


def everything(step: str, script: Script) -> list[str]:
    return [f"{step}/{part}/{n}" for part, size in enumerate(script.sizes) for n in range(size)]


@given(st.lists(scripts(), min_size=1, max_size=4))
def test_writers_that_overtake_one_another_leave_no_gap_and_nothing_twice(
    plans: list[Script],
) -> None:
    log = FakeLogItems()

    async def program() -> tuple[LogItem, ...]:
        await asyncio.gather(*(play(log, f"s{n}", plan) for n, plan in enumerate(plans)))
        return await log.all(RUN)

    items = run_virtually(program())
    assert numbers(items) == list(range(1, sum(sum(plan.sizes) for plan in plans) + 1))
    for n, plan in enumerate(plans):
        of_step = [each for each in written(items) if each.startswith(f"s{n}/")]
        assert of_step == everything(f"s{n}", plan), "each writer's own order is kept"


@given(st.lists(scripts(), min_size=1, max_size=3), st.integers(0, 12))
def test_nothing_is_stored_behind_the_terminal_event(plans: list[Script], ends_at: int) -> None:
    log = FakeLogItems()

    async def end() -> None:
        await asyncio.sleep(ends_at / 1000)
        await LogWriter(log, RUN, "end", "w", 0).append("terminal", [done()])

    async def program() -> tuple[LogItem, ...]:
        writers = (play(log, f"s{n}", plan) for n, plan in enumerate(plans))
        results = await asyncio.gather(*writers, end(), return_exceptions=True)
        assert all(each is None or isinstance(each, RunEndedError) for each in results)
        return await log.all(RUN)

    items = run_virtually(program())
    assert [is_terminal(item.events[-1]) for item in items].index(True) == len(items) - 1
    assert numbers(items) == list(range(1, items[-1].last + 1))


async def test_two_that_end_a_run_leave_one_end() -> None:
    log = FakeLogItems()
    enders = [LogWriter(log, RUN, "end", name, 0) for name in ("finish", "sweeper")]
    await asyncio.gather(*(ender.append("terminal", [done()]) for ender in enders))
    assert len(await log.all(RUN)) == 1


async def test_nothing_to_say_writes_nothing() -> None:
    log = FakeLogItems()
    await LogWriter(log, RUN, "plan", "w", 0).append("announce", [])
    writer = AnswerWriter(log, RUN, "respond", "w", 0)
    await writer.begin([StateEvent(state="STREAMING_RESPONSE")])
    await writer.write([])
    assert numbers(await log.all(RUN)) == [1]


async def test_a_stale_hint_of_the_logs_length_only_costs_reads() -> None:
    log = FakeLogItems()
    first = LogWriter(log, RUN, "plan", "w", 0)
    for part in range(5):
        await first.append(str(part), texts(f"p{part}"))
    late = LogWriter(log, RUN, "run_tool-0", "v", 2)
    await late.append("started", texts("tool"))
    assert late.after == 6


# --- answers ----------------------------------------------------------------------------------


def announce() -> list[RunEvent]:
    return [StateEvent(state="STREAMING_RESPONSE")]


async def begun(log: FakeLogItems, name: str, after: int = 0) -> AnswerWriter:
    writer = AnswerWriter(log, RUN, "respond", name, after)
    await begin(writer)
    return writer


async def begin(writer: AnswerWriter) -> None:
    if not await writer.begin(announce()):
        await writer.begin_again()


def readable(items: tuple[LogItem, ...]) -> str:
    """What a reader has on the screen: a restart voids what came before it. Texts with a slash
    are those of other steps."""
    shown = ""
    for event in (event for item in items for event in item.events):
        match event:
            case RestartEvent():
                shown = ""
            case TextEvent() if "/" not in event.text:
                shown += event.text
            case _:
                pass
    return shown


async def test_the_first_attempt_announces_and_writes() -> None:
    log = FakeLogItems()
    writer = await begun(log, "a")
    await writer.write([text("Hola")], next_ms=25)
    items = await log.all(RUN)
    assert [event.type for item in items for event in item.events] == ["state", "text"]
    assert [item.next_ms for item in items] == [0, 25]


async def test_a_second_attempt_voids_the_first_and_starts_again() -> None:
    log = FakeLogItems()
    first = await begun(log, "a")
    await first.write([text("Hola, An")])
    second = await begun(log, "b")
    await second.write([text("Hola, Ana.", second.attempt)])
    assert second.attempt == 2
    assert readable(await log.all(RUN)) == "Hola, Ana."


async def test_each_further_attempt_counts_on() -> None:
    log = FakeLogItems()
    writers = [await begun(log, name) for name in "abcd"]
    assert [writer.attempt for writer in writers] == [1, 2, 3, 4]
    restarts = [e for item in await log.all(RUN) for e in item.events if e.type == "restart"]
    assert [restart.attempt for restart in restarts if isinstance(restart, RestartEvent)] == [
        2, 3, 4
    ]  # fmt: skip


async def test_a_superseded_writer_stops_at_its_next_entry() -> None:
    log = FakeLogItems()
    first = await begun(log, "a")
    second = await begun(log, "b")
    with pytest.raises(SupersededError):
        await first.write([text("too late")])
    await second.write([text("mine", 2)])
    assert readable(await log.all(RUN)) == "mine"


async def test_an_answer_cannot_go_on_behind_the_end() -> None:
    log = FakeLogItems()
    writer = await begun(log, "a")
    await LogWriter(log, RUN, "end", "sweeper", 0).append("terminal", [done()])
    with pytest.raises(RunEndedError):
        await writer.write([text("too late")])


async def test_an_entry_that_the_sdk_stored_twice_is_there_once() -> None:
    """The first try was stored but its answer was lost: the SDK's second meets a conflict."""
    log = FakeLogItems()

    class ForgetfulItems(FakeLogItems):
        async def create(self, run_id: str, item: LogItem) -> LogItem | None:
            await log.create(run_id, item)
            return await log.create(run_id, item)

    writer = AnswerWriter(ForgetfulItems(), RUN, "respond", "a", 0)
    assert await writer.begin(announce())
    for piece in ("Hola", ", ", "Ana."):
        await writer.write([text(piece)])
    assert readable(await log.all(RUN)) == "Hola, Ana."
    assert numbers(await log.all(RUN)) == [1, 2, 3, 4]


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=4),
    st.integers(0, 2),
)
def test_of_any_executions_at_once_the_last_to_begin_is_read_whole(
    executions: list[tuple[int, int]], others: int
) -> None:
    log = FakeLogItems()

    async def execute(name: str, starts_at: int, length: int) -> tuple[int, str] | None:
        await asyncio.sleep(starts_at / 1000)
        writer = AnswerWriter(SharedAnswer(log), RUN, "respond", name, 0)
        await begin(writer)
        try:
            for n in range(length):
                await writer.write([text(f"{name}{n} ", writer.attempt)])
        except SupersededError:
            return None
        return writer.attempt, "".join(f"{name}{n} " for n in range(length))

    async def program() -> tuple[list[tuple[int, str] | None], tuple[LogItem, ...]]:
        answers = [execute(f"w{n}-", *timing) for n, timing in enumerate(executions)]
        tools = [play(log, f"s{n}", Script((1,), (1,), (n,))) for n in range(others)]
        results = await asyncio.gather(*answers, *tools)
        return list(results[: len(answers)]), await log.all(RUN)

    finished, items = run_virtually(program())
    assert numbers(items) == list(range(1, items[-1].last + 1))
    attempt, last = max(each for each in finished if each is not None)
    assert readable(items) == last
    assert attempt == len(executions)


class SharedAnswer(Shared):
    def __init__(self, log: FakeLogItems) -> None:
        super().__init__(log, 1)
