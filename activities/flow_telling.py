"""What a step of a flow tells in the run's log: nodes that begin and end, what they say and ask."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from shared.contracts.events import (
    CitationsEvent,
    NodeEvent,
    QuestionEvent,
    RunEvent,
    TextEvent,
)
from shared.contracts.evidence import Citation
from shared.contracts.flows.running import Ask, FlowAction, Say
from shared.contracts.flows.running import NodeEvent as Happened
from shared.contracts.flows.runs import Begun
from shared.flows.graph import Program
from shared.flows.interpreting import Advance

MOST_EVENTS = 100
MOST_CHARACTERS = 100_000
"""In one entry of the log; a larger event is one of its own."""
CLOCKED = {"at", "duration_ms"}
"""Of an event, what is another when the step is executed again."""


def told(
    program: Program,
    step: Advance,
    began: Mapping[str, Begun],
    codes: Mapping[str, str],
    now: datetime,
) -> Iterator[RunEvent]:
    """`began` are nodes that were under way before this step, `codes` why some of them failed."""
    said = {each.key: each for each in step.actions if isinstance(each, Say | Ask)}
    since = {key: each.at for key, each in began.items()}
    for each in step.events:
        if each.status == "started":
            since[each.key] = now
        code = codes.get(each.key) or (step.state.failure.code if step.state.failure else None)
        code = code if each.status == "failed" else None
        yield _node_event(program, each, since.get(each.key), code, now)
        if each.status == "started" and (spoken := said.get(each.key)):
            yield from _spoken(spoken)


def still_under_way(
    program: Program, events: Sequence[Happened], began: Mapping[str, Begun], now: datetime
) -> dict[str, Begun]:
    """The nodes that are not over."""
    open_now = dict(began)
    for each in events:
        if each.status == "started":
            open_now[each.key] = Begun(at=now, kind=program.flow.nodes[each.node].type)
        else:
            open_now.pop(each.key, None)
    return open_now


def parts_of(events: Sequence[RunEvent]) -> Iterator[list[RunEvent]]:
    """As entries of the log, none of which is too large for the store; the same ones when a step is
    executed again, so each event is told once."""
    part: list[RunEvent] = []
    characters = 0
    for each in events:
        long = len(each.model_dump_json(exclude=CLOCKED))
        if part and (len(part) == MOST_EVENTS or characters + long > MOST_CHARACTERS):
            yield part
            part, characters = [], 0
        part.append(each)
        characters += long
    if part:
        yield part


def _node_event(
    program: Program, happened: Happened, began: datetime | None, code: str | None, now: datetime
) -> NodeEvent:
    over = happened.status != "started"
    took = int((now - began).total_seconds() * 1000) if over and began else None
    return NodeEvent(
        node_id=happened.node,
        key=happened.key,
        kind=program.flow.nodes[happened.node].type,
        status="finished" if happened.status == "done" else happened.status,
        save_as=happened.save_as,
        duration_ms=took,
        code=code,
        at=now,
    )


def _spoken(action: FlowAction) -> Iterator[RunEvent]:
    assert isinstance(action, Say | Ask)
    for first in range(0, len(action.text), MOST_CHARACTERS):
        piece = action.text[first : first + MOST_CHARACTERS]
        yield TextEvent(text=piece, attempt=1, node=action.key)
    citations = tuple(_citations(action.citations))
    if citations:
        yield CitationsEvent(citations=citations, node=action.key)
    if isinstance(action, Ask):
        yield QuestionEvent(text=action.text, node=action.key)


def _citations(given: Sequence[Any]) -> Iterator[Citation]:
    """Those that are some: a flow may put anything there."""
    for each in given:
        try:
            yield Citation.model_validate(each)
        except ValidationError:
            continue
