"""Histories as spans of time."""

from emulator.host.durable import history
from emulator.host.durable.clock import SECOND
from emulator.host.durable.failures import activity_details, activity_reason
from emulator.host.durable.history import Event
from emulator.host.ui.spans import Span, spans_of

STEP = SECOND // 10


def started(at: int) -> Event:
    return history.orchestrator_started(at * STEP)


def completed(at: int) -> Event:
    return history.orchestrator_completed(at * STEP)


def test_an_activity_lasts_from_its_scheduling_to_its_answer() -> None:
    (span,) = spans_of(
        [
            started(1),
            history.task_scheduled(2 * STEP, 0, "double"),
            completed(3),
            started(7),
            history.task_completed(6 * STEP, 0, "[1]"),
            completed(8),
        ],
        ended=True,
    )
    assert span == Span("activity", "double", 2 * STEP, 6 * STEP, "completed", result=[1])


def test_a_failed_activity_says_why_and_shows_the_stack_of_the_app() -> None:
    details = activity_details("ValueError: bad", "Traceback: here")
    (span,) = spans_of(
        [
            history.task_scheduled(2 * STEP, 0, "burn"),
            history.task_failed(5 * STEP, 0, activity_reason("burn", "ValueError: bad"), details),
        ],
        ended=False,
    )
    assert (span.state, span.stack) == ("failed", "Traceback: here")
    assert span.error == "Activity function 'burn' failed:  ValueError: bad"


def test_a_timer_ends_with_the_episode_that_it_begins() -> None:
    (span,) = spans_of(
        [
            started(1),
            history.timer_created(2 * STEP, 0, 9 * STEP),
            completed(3),
            started(9),
            history.timer_fired(2 * STEP, 0, 9 * STEP),
        ],
        ended=True,
    )
    assert (span.start, span.end, span.state) == (2 * STEP, 9 * STEP, "completed")


def test_what_has_no_answer_runs_or_was_cancelled_by_the_end() -> None:
    events = [started(1), history.timer_created(2 * STEP, 0, 99 * STEP), completed(3)]
    (running,) = spans_of(events, ended=False)
    (cancelled,) = spans_of(events, ended=True)
    assert (running.state, running.end) == ("running", None)
    assert (cancelled.state, cancelled.end) == ("cancelled", 3 * STEP)


def test_a_wait_for_an_event_begins_when_there_is_nothing_else_to_do() -> None:
    waiting = [started(1), completed(3)]
    (unfinished,) = spans_of(waiting, ended=False)
    raised = history.event_raised(8 * STEP, "go", '"now"')
    (finished,) = spans_of([*waiting, started(8), raised], ended=True)
    assert (unfinished.kind, unfinished.start, unfinished.state) == ("event", 3 * STEP, "running")
    assert finished == Span("event", "go", 3 * STEP, 8 * STEP, "completed", result="now")


def test_an_entity_is_called_until_it_answers_and_signalled_in_no_time() -> None:
    request = '{"op": "add", "signal": true}'
    signal = history.event_sent(2 * STEP, 0, "@place@here", request)
    call = history.event_sent(3 * STEP, 1, "@place@here", '{"op": "get"}')
    answer = history.event_raised(6 * STEP, "some-id", '{"result": "5"}', answers=1)
    sent, called = spans_of([signal, call, answer], ended=True)
    assert (sent.kind, sent.detail, sent.end) == ("signal", "add", 2 * STEP)
    assert (called.kind, called.detail, called.end) == ("entity", "get", 6 * STEP)
    assert called.result == 5


def test_a_child_is_known_by_its_id_and_an_intervention_by_its_reason() -> None:
    child, note = spans_of(
        [
            history.sub_created(2 * STEP, 0, "stage", "child-1", None),
            history.sub_completed(4 * STEP, 0, "7"),
            history.execution_terminated(5 * STEP, "enough"),
        ],
        ended=True,
    )
    assert (child.kind, child.instance, child.result) == ("orchestration", "child-1", 7)
    assert (note.name, note.detail) == ("terminated", "enough")


def test_an_event_that_comes_while_something_else_runs_takes_no_time() -> None:
    events = [
        started(1),
        history.task_scheduled(2 * STEP, 0, "double"),
        completed(3),
        history.event_raised(5 * STEP, "go", '"early"'),
    ]
    _, event = spans_of(events, ended=False)
    assert (event.start, event.end) == (5 * STEP, 5 * STEP)
