"""Numbering of tasks: the rules that keep host and SDK in step."""

import pytest

from emulator.host.durable import history, ledger
from emulator.host.durable.clock import SECOND
from emulator.host.durable.codec import (
    Action,
    CallActivity,
    CallEntity,
    CreateTimer,
    Retry,
    WaitForEvent,
)
from emulator.host.durable.ledger import AmbiguousBatchError, Issue, Ledger, Stamp, plan

TWICE = CallActivity("shaky", "1", Retry(1500, 2))
ONCE = CallActivity("hello", "1")


def failed(task_id: int) -> history.Event:
    """An activity's failure."""
    return history.task_failed(1, task_id, "r", "d")


def fired(task_id: int) -> history.Event:
    """A timer's end."""
    return history.timer_fired(1, task_id, 1)


def test_every_action_but_a_wait_takes_the_next_id() -> None:
    actions: list[Action] = [ONCE, WaitForEvent("go"), CallEntity("@a@b", "add", None, True), ONCE]

    after = plan(Ledger(), actions, [], now=0)

    assert [(issue.task_id, issue.action) for issue in after.issues] == [(0, 0), (1, 2), (2, 3)]
    assert after.ledger.open == {0, 2}


def test_only_new_actions_are_issued() -> None:
    first = plan(Ledger(), [ONCE], [], now=0)
    answer = history.task_completed(1, 0, None)

    second = plan(first.ledger, [ONCE, ONCE], [answer], now=1)

    assert second.issues == (Issue(1, 1),)
    assert second.ledger.open == {1}


def test_a_failed_attempt_waits_and_tries_again_under_new_ids() -> None:
    first = plan(Ledger(), [TWICE], [], now=0)

    pause = plan(first.ledger, [TWICE], [failed(0)], now=SECOND)
    again = plan(pause.ledger, [TWICE], [fired(1)], now=3 * SECOND)

    assert pause.issues == (Issue(1, -1, SECOND + 1500 * SECOND // 1000),)
    assert again.issues == (Issue(2, 0),)


def test_the_last_failure_gets_a_timer_without_delay() -> None:
    book = plan(Ledger(), [TWICE], [], now=0).ledger
    book = plan(book, [TWICE], [failed(0)], now=0).ledger
    book = plan(book, [TWICE], [fired(1)], now=0).ledger

    last = plan(book, [TWICE], [failed(2)], now=7)
    end = plan(last.ledger, [TWICE, ONCE], [fired(3)], now=8)

    assert last.issues == (Issue(3, -1, 7),)
    assert end.issues == (Issue(4, 1),)


def test_intervals_grow_with_the_back_off_up_to_their_limit() -> None:
    retry = Retry(1000, 5, backoff=3.0, max_interval=5000)
    action = CallActivity("shaky", None, retry)
    book = plan(Ledger(), [action], [], now=0).ledger
    delays = []
    for attempt in range(3):
        pause = plan(book, [action], [failed(2 * attempt)], now=0)
        delays.append(pause.issues[0].fire_at // SECOND)
        book = plan(pause.ledger, [action], [fired(2 * attempt + 1)], now=0).ledger

    assert delays == [1, 3, 5]


def test_a_batch_with_a_retry_and_new_actions_is_ambiguous() -> None:
    book = plan(Ledger(), [TWICE, ONCE], [], now=0).ledger
    done = history.task_completed(1, 1, None)

    with pytest.raises(AmbiguousBatchError) as after_done:
        plan(book, [TWICE, ONCE, ONCE], [done, failed(0)], now=0)
    with pytest.raises(AmbiguousBatchError) as before_done:
        plan(book, [TWICE, ONCE, ONCE], [failed(0), done], now=0)

    assert (after_done.value.keep, before_done.value.keep) == (1, 1)
    assert plan(book, [TWICE, ONCE], [done, failed(0)], now=0).issues == (
        Issue(2, -1, 1500 * SECOND // 1000),
    )


def test_a_cancelled_timer_is_given_up_once() -> None:
    waiting: list[Action] = [CreateTimer(9, cancelled=False)]
    cancelled: list[Action] = [CreateTimer(9, cancelled=True)]
    first = plan(Ledger(), waiting, [], now=0)

    second = plan(first.ledger, cancelled, [], now=0)
    third = plan(second.ledger, cancelled, [], now=0)

    assert (first.cancelled, second.cancelled, third.cancelled) == ((), (0,), ())
    assert second.ledger.open == set()


def test_an_orchestrator_that_broke_outside_the_sdk_asks_for_nothing() -> None:
    book = plan(Ledger(), [ONCE], [], now=0).ledger

    after = plan(book, [], [history.task_completed(1, 0, None)], now=0)

    assert (after.issues, after.ledger.open) == ((), set())


def test_events_that_nobody_waited_for_are_kept() -> None:
    raised = [
        history.event_raised(1, "go", "1"),
        history.event_raised(2, "other", "2"),
        history.event_raised(3, "go", "3"),
        history.event_raised(4, "answer-of-an-entity", "4", answers=0),
    ]

    kept = ledger.kept_events([WaitForEvent("go")], raised)

    assert kept == [raised[1], raised[2]]


def test_the_book_survives_being_written_down() -> None:
    book = plan(Ledger(), [TWICE, CreateTimer(9, cancelled=False)], [], now=0).ledger
    book = plan(book, [TWICE, CreateTimer(9, cancelled=False)], [failed(0)], now=0).ledger
    book.held = [Issue(4, 1, 9)]
    book.sent = {"@a@b": Stamp(7, moved=False)}
    book.seeds = 2

    assert ledger.load(ledger.dump(book)) == book
