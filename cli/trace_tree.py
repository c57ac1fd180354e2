"""A run's trace as a tree of lines, from the spans that the app has written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.telemetry import names

from .timeline import clock, duration

type Attribute = str | bool | int | float | list[str]


class Span(BaseModel):
    """As the app writes it; `attributes` by their names in `shared/telemetry/names.py`."""

    model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    name: str
    trace_id: str
    span_id: str
    parent_id: str | None
    start: datetime
    end: datetime
    failed: bool
    attributes: Mapping[str, Attribute]

    @property
    def is_run(self) -> bool:
        return self.attributes.get(names.OPERATION) == "invoke_agent"


def spans_of(run: str, lines: Iterable[str]) -> tuple[Span, ...]:
    """Of the trace that the run belongs to: what names the run, and all that lies below that. The
    trace may hold other runs, if one caller started them."""
    kept = tuple(lines)
    trace = _trace_of(run, kept)
    if trace is None:
        return ()
    found = {span.span_id: span for span in _read(kept, trace) if span.trace_id == trace}
    below = _children(found.values())
    wanted = [span for span in found.values() if span.attributes.get(names.RUN) == run]
    named: dict[str, Span] = {}
    while wanted:
        span = wanted.pop()
        if span.span_id not in named:
            named[span.span_id] = span
            wanted += below.get(span.span_id, ())
    return tuple(sorted(named.values(), key=lambda span: span.start))


def _trace_of(run: str, lines: Sequence[str]) -> str | None:
    """The run's own span knows it best; before that is written, the first that names the run."""
    naming = [span for span in _read(lines, run) if span.attributes.get(names.RUN) == run]
    naming.sort(key=lambda span: (not span.is_run, span.start))
    return naming[0].trace_id if naming else None


def _read(lines: Iterable[str], holding: str) -> Iterator[Span]:
    """Only what may be wanted is parsed: the file grows for days."""
    for line in lines:
        if holding in line:
            try:
                yield Span.model_validate_json(line)
            except ValidationError:
                # The last line of a worker that was killed.
                continue


def _children(spans: Iterable[Span]) -> Mapping[str, list[Span]]:
    below: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.start):
        if span.parent_id is not None:
            below.setdefault(span.parent_id, []).append(span)
    return below


def tree(spans: Sequence[Span]) -> Iterator[str]:
    """A head, and a line for each span below its parent; without that, at the top."""
    begin = spans[0].start
    known = {span.span_id for span in spans}
    yield f"trace {spans[0].trace_id}, {clock(begin)}{_whole(spans)}"
    yield f"{'OFFSET':>11} {'TOOK':>11}  WHAT"
    roots = [span for span in spans if span.parent_id not in known]
    below = _children(spans)
    for root in roots:
        yield from _lines(root, below, begin, "", "")


def _lines(
    span: Span, below: Mapping[str, list[Span]], begin: datetime, branch: str, indent: str
) -> Iterator[str]:
    offset, took = duration(span.start - begin), duration(span.end - span.start)
    yield f"{offset:>11} {took:>11}  {branch}{_said(span)}"
    children = below.get(span.span_id, [])
    for child in children:
        last = child is children[-1]
        yield from _lines(
            child,
            below,
            begin,
            f"{indent}{'└ ' if last else '├ '}",
            f"{indent}{'  ' if last else '│ '}",
        )


def _whole(spans: Sequence[Span]) -> str:
    """What the run came to, once it is over: its state, its tokens, what its calls cost."""
    parts = [str(each.attributes.get(names.RUN_STATE)) for each in spans if each.is_run]
    tokens = sum(
        int(str(each.attributes.get(name, 0)))
        for each in spans
        if each.is_run
        for name in (names.INPUT_TOKENS, names.OUTPUT_TOKENS)
    )
    parts += [f"{tokens} tokens"] if tokens else []
    costs = [(_number(each, names.COST), each) for each in spans if names.COST in each.attributes]
    if costs:
        currency = costs[0][1].attributes.get(names.CURRENCY)
        parts.append(f"{sum(cost for cost, _ in costs):.4f} {currency}")
    return "".join(f", {part}" for part in parts)


def _said(span: Span) -> str:
    """The name, and what tells most."""
    about = span.attributes
    parts = [span.name]
    if span.is_run:
        parts.append(str(about.get(names.RUN_STATE, "")))
    elif names.INPUT_TOKENS in about:
        parts.append(f"{about[names.INPUT_TOKENS]}+{about.get(names.OUTPUT_TOKENS, 0)} tokens")
    if names.TIME_TO_FIRST_CHUNK in about:
        parts.append(f"first after {_milliseconds(span, names.TIME_TO_FIRST_CHUNK)}")
    if names.FIRST_TEXT in about:
        parts.append(f"first text {_milliseconds(span, names.FIRST_TEXT)} behind the request")
    for name, unit in ((names.FOUND, "found"), (names.TOOL_STATUS, "refused with")):
        if name in about:
            parts.append(f"{about[name]} {unit}" if unit == "found" else f"{unit} {about[name]}")
    if names.HTTP_STATUS in about:
        parts.append(str(about[names.HTTP_STATUS]))
    if span.failed:
        parts.append(f"✗ {about.get(names.ERROR_TYPE, 'error')}")
    return "  ".join(part for part in parts if part)


def _number(span: Span, name: str) -> float:
    value = span.attributes[name]
    return float(value) if isinstance(value, int | float) else 0.0


def _milliseconds(span: Span, name: str) -> str:
    return f"{_number(span, name) * 1000:.0f} ms"
