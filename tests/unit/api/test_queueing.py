"""Several runs of a conversation that wait for one another: whose turn it is, come what may."""

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.await_turn import await_turn
from api import control
from api.queueing import MOST_WAITING
from shared.contracts.activities import AwaitTurnRequest, TurnRequest
from shared.contracts.runs import RunOutcome
from shared.ports import OrchestrationState
from tests.fakes.http import Answer
from tests.fakes.samples import AT
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA
from tests.unit.api.people import ASYNC, Desk

type OnBusy = Literal["reject", "enqueue", "interrupt"]


@dataclass
class Line:
    """The runs of one conversation, and which of them are at work or still queue."""

    conversation: str
    desk: Desk = field(default_factory=Desk)
    alive: list[str] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)

    async def post(self, on_busy: OnBusy = "enqueue", **headers: str) -> Answer:
        body = {"message": "Hola", "onBusy": on_busy}
        answer = await self.desk.post(self.conversation, body, **ASYNC, **headers)
        if answer.status == 202 and answer.json["runId"] not in self.alive:
            self.alive.append(answer.json["runId"])
        await self.move()
        return answer

    async def move(self) -> None:
        """Every run that queues looks whether its turn has come, the newest first."""
        requests = {
            run_id: TurnRequest.model_validate(request)
            for run_id, _, request in self.desk.orchestrations.started
        }
        for run_id in reversed(self.alive):
            start = requests[run_id]
            look = AwaitTurnRequest(run=start.run, earlier=start.waits_for)
            if (await await_turn(look, self.desk.world.deps())).free:
                self.begun.add(run_id)
        at_work = self.begun & set(self.alive)
        assert len(at_work) <= 1, "one run of a conversation at a time"
        assert not self.alive or at_work == {self.alive[0]}, "each in its turn"

    async def end(self, run_id: str) -> None:
        self.alive.remove(run_id)
        outcome = RunOutcome(
            run_id=run_id, tenant_id=ANA.tenant_id, state="DONE", finish_reason="stop", ended_at=AT
        )
        await self.desk.world.runs.end(outcome)
        self.desk.orchestrations.states[run_id] = OrchestrationState("completed", None)
        await self.move()

    async def cancel(self, run_id: str) -> None:
        """Stop it; a run that queues or waits for a person ends at once."""
        answer = await self.desk.person().call(control.cancel, "POST", path={"runId": run_id})
        assert answer.status == 202
        await self.end(run_id)

    @property
    def stopped(self) -> list[str]:
        return [run_id for run_id, name in self.desk.orchestrations.raised if name == "stop"]


async def a_line(*on_busy: OnBusy) -> Line:
    desk = Desk()
    line = Line(await desk.conversation(), desk)
    for each in on_busy:
        assert (await line.post(each)).status == 202
    return line


async def test_a_queued_run_that_is_stopped_does_not_open_the_conversation() -> None:
    line = await a_line("reject", "enqueue")
    first, second = line.alive
    await line.cancel(second)
    refused = await line.post("reject")
    assert (refused.status, refused.code) == (409, "CONVERSATION_BUSY")
    assert first in refused.json["detail"], "the run at work is the one that is named"


@pytest.mark.parametrize("middle", [False, True])
async def test_an_interruption_stops_every_run_before_it_the_newest_first(middle: bool) -> None:
    line = await a_line("reject", "enqueue", "enqueue")
    first, second, third = line.alive
    if middle:
        await line.cancel(second)
    begun = len(line.stopped)
    assert (await line.post("interrupt")).status == 202
    assert line.stopped[begun:] == ([third, first] if middle else [third, second, first])
    *others, last = line.alive
    for run_id in others:
        assert last not in line.begun, "it waits until the stopped runs are over"
        await line.end(run_id)
    assert last in line.begun


async def test_the_run_behind_one_that_is_stopped_waits_for_the_one_before_it() -> None:
    line = await a_line("reject", "enqueue", "enqueue")
    first, second, third = line.alive
    await line.cancel(second)
    assert line.begun == {first}
    await line.end(first)
    assert third in line.begun


async def test_a_queue_has_an_end() -> None:
    line = await a_line()
    for _ in range(MOST_WAITING):
        assert (await line.post()).status == 202
    refused = await line.post("enqueue")
    assert (refused.status, refused.code) == (409, "CONVERSATION_BUSY")
    assert str(MOST_WAITING) in refused.json["detail"]


@pytest.mark.parametrize("behind", [0, 2])
def test_a_queued_run_whose_start_was_lost_is_started_in_its_own_place(behind: int) -> None:
    """Whoever sent it died before the start, and sends the same key again."""

    async def program() -> None:
        line = await a_line("reject")
        lost = (await line.post("enqueue", **{"idempotency-key": "k1"})).json["runId"]
        for _ in range(behind):
            await line.post("enqueue")
        del line.desk.orchestrations.states[lost]
        again = await line.post("enqueue", **{"idempotency-key": "k1"})
        assert again.json["runId"] == lost
        started, _, request = line.desk.orchestrations.started[-1]
        assert (started, request["waitsFor"]) == (lost, [line.alive[0]])

    run_virtually(program())


# --- whatever happens -----------------------------------------------------------------------------

POSTS = st.sampled_from(("reject", "enqueue", "interrupt"))
STEPS = st.lists(st.one_of(POSTS, st.tuples(st.just("cancel"), st.integers(0, 5)), st.just("end")))


@given(STEPS)
def test_whoever_is_stopped_or_ends_runs_have_their_turns_one_after_the_other(
    steps: list[str | tuple[str, int]],
) -> None:
    async def program() -> None:
        line = await a_line()
        for step in steps:
            match step:
                case "end":
                    if line.alive:
                        await line.end(line.alive[0])
                case ("cancel", int(place)):
                    if line.alive:
                        await line.cancel(line.alive[place % len(line.alive)])
                case "reject" | "enqueue" | "interrupt" as on_busy:
                    await posted(line, on_busy)
                case _:
                    raise AssertionError(step)

    run_virtually(program())


async def posted(line: Line, on_busy: OnBusy) -> None:
    before, stopped = list(line.alive), len(line.stopped)
    answer = await line.post(on_busy)
    full = len(before) >= MOST_WAITING
    assert answer.status == (409 if full or (before and on_busy == "reject") else 202)
    interrupted = before if on_busy == "interrupt" and not full else []
    assert sorted(line.stopped[stopped:]) == sorted(interrupted)
