"""Orchestrations as lines for people: a list, and a history as a timeline."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from pydantic import JsonValue

from .orchestrations import Orchestration, Span, Summary, UnknownError, text_of

LONGEST_VALUE = 100
DEEPEST = 8

_MARKS = {"completed": "✓", "failed": "✗", "running": "…", "cancelled": "–"}
_KINDS = {
    "activity": "",
    "timer": "",
    "orchestration": "sub-orchestration ",
    "entity": "entity ",
    "signal": "signal to ",
    "event": "event ",
    "note": "",
}


def listed(summaries: Iterable[Summary], now: datetime) -> Iterator[str]:
    """A line for each, under a head."""
    yield f"{'STATUS':<11} {'STARTED':<12} {'TOOK':>10}  {'NAME':<20} INSTANCE"
    for one in summaries:
        took = duration((one.updated if one.ended else now) - one.created)
        yield f"{one.status:<11} {clock(one.created)} {took:>10}  {one.name:<20} {one.id}"
        if one.error is not None:
            yield f"{'':<11} {short(one.error)}"


def history(
    root: Orchestration, now: datetime, child: Callable[[str], Orchestration]
) -> Iterator[str]:
    """The orchestration, what it was given, and line by line what it did; `child` reads others."""
    took = duration((root.updated if root.ended else now) - root.created)
    yield f"{root.name}  {root.id}  {root.status}, {took}"
    if root.parent is not None:
        yield f"  part of {root.parent}"
    yield from _value("input", root.input)
    yield from _value("custom status", root.customStatus)
    yield ""
    yield f"{'TIME':<12} {'OFFSET':>11} {'TOOK':>10}  WHAT"
    yield from _spans(root, root.created, now, child, 0)
    yield ""
    if root.error is None:
        yield from _value("output", root.output)
    else:
        yield f"  error: {root.error}"
        yield from (f"    {line}" for line in (root.stack or "").splitlines())


def _spans(
    of: Orchestration,
    begin: datetime,
    now: datetime,
    child: Callable[[str], Orchestration],
    depth: int,
) -> Iterator[str]:
    for span in of.spans:
        offset = f"+{duration(span.start - begin)}"
        took = "" if span.kind in {"signal", "note"} else duration((span.end or now) - span.start)
        yield f"{clock(span.start)} {offset:>11} {took:>10}  {'  ' * depth}{_said(span)}"
        if span.kind == "orchestration" and span.instance is not None and depth < DEEPEST:
            try:
                yield from _spans(child(span.instance), begin, now, child, depth + 1)
            except UnknownError:
                yield f"{'':<36}{'  ' * depth}(purged)"


def _said(span: Span) -> str:
    parts = [f"{_MARKS[span.state]} {_KINDS[span.kind]}{span.name}"]
    if span.instance is not None and span.kind == "orchestration":
        parts.append(span.instance)
    if span.detail is not None:
        parts.append(span.detail)
    if span.error is not None:
        parts.append(f"→ {short(span.error)}")
    elif span.result is not None:
        parts.append(f"→ {short(span.result)}")
    return " ".join(parts)


def _value(name: str, value: JsonValue) -> Iterator[str]:
    if value is not None:
        yield f"  {name}: {text_of(value)}"


def short(value: JsonValue) -> str:
    """A value in one line that is not too long."""
    text = text_of(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def clock(moment: datetime) -> str:
    """The time of day here, with milliseconds."""
    return moment.astimezone().strftime("%H:%M:%S.%f")[:-3]


def duration(span: timedelta) -> str:
    """`12 ms`, `3.21 s`, `2 min 5 s`, `3 h 10 min`."""
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min {int(seconds % 60)} s"
    return f"{minutes // 60} h {minutes % 60} min"
