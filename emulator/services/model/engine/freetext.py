"""Reads free texts: labelled, led to by a cue, quoted, or what remains of the sentence."""

import re
from collections.abc import Iterator, Mapping, Sequence

from .arguments import ArgumentSpec
from .folding import fold
from .orders import sentences
from .patterns import any_of, compiled, joined
from .region import Region, Span, Value

_UPPER = "A-ZÀ-ÖØ-Þ"
_NAME = re.compile(
    rf"[{_UPPER}][\w.&'’/-]*"
    rf"(?:\s+(?:(?:de|del|la|las|los|y|e|&|of|the|and)\s+){{0,3}}[{_UPPER}\d][\w.&'’/-]*)*"
)
_ARTICLE = re.compile(r"(?:el|la|los|las|the|un|una|a|an|al)\s+")
_QUOTED = re.compile(r"«([^»]+)»|“([^”]+)”|\"([^\"]+)\"|(?<!\w)'([^']+)'(?!\w)|‘([^’]+)’")
_APART = re.compile(r"\s*(?:[,:;.)]|$)")


def read_labelled(region: Region, specs: Sequence[ArgumentSpec]) -> Mapping[str, Value]:
    """`title: review the contract` and the like, up to the next label or taken span."""
    texts = [spec for spec in specs if spec.takes_words]
    every = "|".join(joined(spec.labels, region.book.macros) for spec in specs)
    stop = compiled(rf"\n|;|[,.]?\s+(?:(?:y|and|con|with|el|la|the)\s+)*(?:{every})\s*[:=]")
    values: dict[str, Value] = {}
    for spec in texts:
        labels = joined(spec.labels, region.book.macros)
        lead = joined(region.book.slots.lead, region.book.macros)
        pattern = compiled(
            rf"(?:(?<!\w){lead}\s+)*(?<!\w){labels}\s*(?:[:=]|\s(?:es|sera|seria|is|will be)\s)\s*"
        )
        for match in pattern.finditer(region.folded, region.start, region.end):
            if not region.is_free(match.start(), match.end()):
                continue
            end = region.next_taken(match.end())
            stopped = stop.search(region.folded, match.end(), end)
            span = _value_span(region, spec, match.end(), stopped.start() if stopped else end)
            if span is not None:
                region.take(match.start(), span[1])
                values[spec.name] = _value(region, span)
                break
    return values


def read_cued(region: Region, specs: Sequence[ArgumentSpec]) -> Mapping[str, Value]:
    """Texts that words such as "for the customer" or "assigned to" lead to."""
    values: dict[str, Value] = {}
    for spec in specs:
        if not spec.takes_words:
            continue
        found = _cued(region, spec)
        if found is not None:
            cut, span = found
            region.take(cut, span[1])
            values[spec.name] = _value(region, span)
    return values


def read_quoted(region: Region) -> Value | None:
    """The first free text in quotation marks."""
    for match in _QUOTED.finditer(region.text, region.start, region.end):
        if region.is_free(match.start(), match.end()):
            group = match.lastindex or 0
            region.take(match.start(), match.end())
            return Value(match.group(group).strip(), match.group(group).strip())
    return None


def read_parts(region: Region, specs: Sequence[ArgumentSpec]) -> Mapping[str, Value]:
    """Parts between commas, one for each argument in order; nothing unless there are several."""
    parts = [
        span
        for start, end in region.gaps()
        for part in re.finditer(r"[^,;\n]+", region.text[start:end])
        if (span := region.trimmed(start + part.start(), start + part.end())) is not None
    ]
    if len(parts) < 2 or len(specs) < 2:
        return {}
    values: dict[str, Value] = {}
    for spec, span in zip(specs, parts, strict=False):
        region.take(*span)
        values[spec.name] = _value(region, span)
    return values


def read_remainder(
    region: Region, spec: ArgumentSpec, position: int, *, asked_for: bool = False
) -> Value | None:
    """What is left behind `position` (the command), else before it: of one sentence only.

    A title cut in two by a date is joined again, its quote being the whole literal span. Who was
    `asked_for` a name may write it in lower case.
    """
    gaps = region.gaps()
    behind = [gap for gap in gaps if gap[0] >= position]
    for candidates in (behind, [gap for gap in gaps if gap[0] < position]):
        for group in _by_sentence(region, candidates):
            named = spec.rule.value == "name" and not asked_for
            spans = _name_spans(region, group) if named else group
            text = " ".join(region.quote(*span) for span in spans)
            if not spans or (not asked_for and _says_nothing(region, text)):
                continue
            for span in spans:
                region.take(*span)
            return Value(_squeezed(text), region.quote(spans[0][0], spans[-1][1]))
    return None


def read_leftovers(region: Region, specs: Sequence[ArgumentSpec]) -> Mapping[str, Value]:
    """Capitalised names that nothing claimed go to the arguments that take such."""
    values: dict[str, Value] = {}
    for spec in sorted(specs, key=lambda one: -one.rule.leftover):
        if spec.kind != "text" or not spec.rule.leftover:
            continue
        for start, end in region.pieces():
            match = _NAME.search(region.text, start, end)
            if match is not None:
                region.take(start, end)
                values[spec.name] = _value(region, (match.start(), match.end()))
                break
    return values


def name_at(region: Region, position: int, end: int) -> Span | None:
    """The capitalised name that stands at the position, an article before it left out."""
    article = _ARTICLE.match(region.folded, position, end)
    for start in (position, article.end() if article else position):
        match = _NAME.match(region.text, start, end)
        if match is not None:
            return region.trimmed(match.start(), match.end())
    return None


def _cued(region: Region, spec: ArgumentSpec) -> tuple[int, Span] | None:
    rule = spec.rule
    for cue in _cues(region, rule.cues):
        end = region.next_taken(cue.end())
        span = _value_span(region, spec, cue.end(), end)
        if span is not None:
            return cue.start(), span
    for cue in _cues(region, rule.name_cues):
        span = name_at(region, cue.end(), region.next_taken(cue.end()))
        if span is not None:
            return cue.start(), span
    for cue in _cues(region, rule.apart_cues):
        span = name_at(region, cue.end(), region.next_taken(cue.end()))
        if span is not None and _stands_apart(region, cue.start(), span):
            return cue.start(), span
    return None


def _cues(region: Region, cues: Sequence[str]) -> Iterator[re.Match[str]]:
    if not cues:
        return
    lead = joined(region.book.slots.lead, region.book.macros)
    words = joined(cues, region.book.macros)
    pattern = compiled(rf"(?:[,;(]\s*)?(?:(?<!\w){lead}\s+)*(?<!\w){words}(?!\w)\s*:?\s*")
    position = region.start
    while match := pattern.search(region.folded, position, region.end):
        if region.is_free(match.start(), match.end()):
            yield match
        # A shorter cue may begin inside one that is taken.
        position = match.start() + 1


def _stands_apart(region: Region, start: int, span: Span) -> bool:
    """Whether punctuation (or an edge) is on both sides, and the name is no acronym."""
    before = region.text[region.start : start].rstrip()
    opened = region.text[start] in ",;(" or not before or before[-1] in ",;:."
    taken_before = any(end == start or end == len(before) + region.start for _, end in region.taken)
    closed = _APART.match(region.text, span[1]) or region.next_taken(span[1]) <= span[1] + 2
    return (opened or taken_before) and bool(closed) and not region.quote(*span).isupper()


def _value_span(region: Region, spec: ArgumentSpec, start: int, end: int) -> Span | None:
    """The text of one value that begins at `start`; where it ends depends on its kind."""
    quoted = _QUOTED.match(region.text, start, end)
    if quoted is not None:
        group = quoted.lastindex or 0
        return quoted.start(group), quoted.end(group)
    if spec.rule.value == "name" and (name := name_at(region, start, end)) is not None:
        return name
    if spec.rule.value != "sentence":
        boundaries = joined(region.book.slots.boundaries, region.book.macros)
        stopped = compiled(rf"[,;:\n]|[.!?](?:\s|$)|(?<!\w){boundaries}(?!\w)").search(
            region.folded, start, end
        )
        end = stopped.start() if stopped else end
    return region.trimmed(start, end)


def _value(region: Region, span: Span) -> Value:
    return Value(_squeezed(region.quote(*span)), region.quote(*span))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _says_nothing(region: Region, text: str) -> bool:
    """Whether the words could stand in any message: "can you", "something"."""
    fillers = any_of(region.book.triage.filler, region.book.macros)
    rest = fillers.sub("", fold(text))
    return len(text) > 1 and not any(character.isalnum() for character in rest)


def _by_sentence(region: Region, gaps: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """What the gaps hold of each sentence; only the first piece loses the words it begins with."""
    for start, end in sentences(region.text):
        group: list[Span] = []
        for gap in gaps:
            clipped = (max(gap[0], start), min(gap[1], end))
            if clipped[0] < clipped[1]:
                span = region.trimmed(*clipped, leading=not group)
                group += [span] if span is not None else []
        if group:
            yield group


def _name_spans(region: Region, pieces: Sequence[Span]) -> Sequence[Span]:
    """The first part between commas that can be a name; common nouns are none."""
    for start, end in pieces:
        for part in re.finditer(r"[^,;\n]+", region.text[start:end]):
            span = region.trimmed(start + part.start(), start + part.end())
            if span is None or _ARTICLE.match(region.folded, *span):
                continue
            said = region.quote(*span)
            if said[0].isupper() or said[0].isdigit() or len(said.split()) > 1:
                return [span]
    return ()
