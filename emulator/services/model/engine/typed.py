"""Reads values whose form is known: dates, closed lists, e-mail addresses, codes, numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .arguments import ArgumentSpec
from .dates import DateMention, find_dates
from .patterns import compiled, joined
from .region import Region, Span, Value

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)?(?![\w-])")

# How far to look back for the words that tell which argument a value belongs to.
_LOOK_BACK = 70

_LABELLED, _LED_TO, _BARE = 3, 2, 1


@dataclass(frozen=True, slots=True)
class Claim:
    """That the words from `start` to `end` give `spec` its value; `cut` is what they take away."""

    spec: ArgumentSpec
    value: Value
    cut: Span
    strength: int


def read_dates(
    region: Region, specs: Sequence[ArgumentSpec], today: date, expected: Sequence[str]
) -> Mapping[str, Value]:
    """The dates of the region, each for the argument that the words before it name.

    `expected` arguments take a date that no words lead to, in that order; else the first
    required one does.
    """
    dated = [spec for spec in specs if spec.kind == "date"]
    if not dated:
        return {}
    mentions = [
        mention
        for mention in find_dates(region.text[: region.end], today, impossible=True)
        if mention.start >= region.start and region.is_free(mention.start, mention.end)
    ]
    found: dict[str, Claim] = {}
    previous: DateMention | None = None
    for mention in mentions:
        # The first that has no date yet; when all have one, a later date may correct the first.
        names = sorted([*expected, *_defaults(dated)], key=lambda name: name in found)
        claim = _date_claim(region, mention, dated, names, today)
        corrects = previous is not None and _corrects(region, previous.end, mention.start)
        previous = mention
        if claim is None:
            continue
        rival = found.get(claim.spec.name)
        if rival is not None and corrects:
            region.take(rival.cut[0], claim.cut[0])
        if rival is None or corrects or claim.strength > rival.strength:
            found[claim.spec.name] = claim
    for claim in found.values():
        region.take(*claim.cut)
    return {name: claim.value for name, claim in found.items()}


def read_choices(
    region: Region, specs: Sequence[ArgumentSpec], expected: Sequence[str]
) -> Mapping[str, Value]:
    """Values of closed lists: beside their label, or words that are enough alone."""
    values: dict[str, Value] = {}
    for spec in specs:
        if spec.kind != "choice":
            continue
        claims = list(_choice_claims(region, spec, spec.name in expected))
        if claims:
            best = max(claims, key=lambda claim: (claim.strength, claim.cut[1] - claim.cut[0]))
            region.take(*best.cut)
            values[spec.name] = best.value
    return values


def read_forms(region: Region, specs: Sequence[ArgumentSpec]) -> Mapping[str, Value]:
    """E-mail addresses, codes of the schema's pattern, and numbers beside their label."""
    values: dict[str, Value] = {}
    for spec in specs:
        form = _form(spec)
        if form is None:
            continue
        for match in form.finditer(region.text, region.start, region.end):
            start, end = match.start(), match.end()
            if spec.kind == "email" and region.text[end - 1] == ".":
                end -= 1
            if not region.is_free(start, end, in_commands=True):
                continue
            cut, strength = _lead(region, spec, start)
            if spec.kind == "number" and strength < _LED_TO:
                continue
            region.take(cut, end)
            values[spec.name] = Value(_typed(spec, match.group()), region.quote(start, end))
            break
    return values


def _form(spec: ArgumentSpec) -> re.Pattern[str] | None:
    match spec.kind:
        case "email":
            return _EMAIL
        case "code" if spec.pattern:
            return re.compile(rf"(?<![\w-])(?:{spec.pattern})(?![\w-])", re.IGNORECASE)
        case "number":
            return _NUMBER
        case _:
            return None


def _typed(spec: ArgumentSpec, text: str) -> str | int | float:
    if spec.kind == "code":
        return text if re.fullmatch(spec.pattern or "", text) else text.upper()
    if spec.kind == "number":
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    return text


def _defaults(specs: Sequence[ArgumentSpec]) -> Sequence[str]:
    required = [spec.name for spec in specs if spec.required]
    return required or [spec.name for spec in specs]


def _date_claim(
    region: Region,
    mention: DateMention,
    specs: Sequence[ArgumentSpec],
    names: Sequence[str],
    today: date,
) -> Claim | None:
    quote = region.quote(mention.start, mention.end)
    value = Value(mention.day.isoformat() if mention.day else quote, quote)
    led: list[Claim] = []
    for spec in specs:
        cut, strength = _lead(region, spec, mention.start)
        if strength > _BARE:
            led.append(Claim(spec, value, (cut, mention.end), strength))
    if led:
        # The longest lead knows best: "con fecha de inicio" says more than its "de".
        return max(led, key=lambda claim: (claim.strength, -claim.cut[0]))
    # What happened on a day behind us is part of the matter, unless it is called the date.
    behind = mention.day is not None and mention.day < today
    if behind or _is_complement(region, mention.start):
        return None
    by_name = {spec.name: spec for spec in specs}
    name = next((n for n in names if n in by_name), None)
    if name is None:
        return None
    cut, _ = _lead(region, by_name[name], mention.start)
    return Claim(by_name[name], value, (cut, mention.end), _BARE)


def _choice_claims(region: Region, spec: ArgumentSpec, expected: bool) -> Iterator[Claim]:
    labels = joined(spec.labels, region.book.macros)
    for value, choice in spec.choices.items():
        words = joined(choice.words, region.book.macros)
        pattern = compiled(rf"(?<!\w)(?P<said>{words})(?:\s+(?:de\s+)?(?P<label>{labels}))?(?!\w)")
        alone = compiled(rf"(?:{joined(choice.alone, region.book.macros)})")
        for match in pattern.finditer(region.folded, region.start, region.end):
            if not region.is_free(match.start(), match.end(), in_commands=True):
                continue
            cut, strength = _lead(region, spec, match.start())
            if match["label"] is not None:
                strength = _LABELLED
            enough = expected or alone.fullmatch(match["said"]) is not None
            if strength > _BARE or enough:
                said = region.quote(match.start("said"), match.end("said"))
                yield Claim(spec, Value(value, said), (cut, match.end()), strength)


def _lead(region: Region, spec: ArgumentSpec, position: int) -> tuple[int, int]:
    """Where the words begin that lead to a value of `spec` at `position`, and how clear they are.

    Nothing that is taken already counts as leading.
    """
    start = max(region.start, position - _LOOK_BACK)
    start = max([start, *(end for _, end in region.taken if end <= position)])
    before = region.folded[start:position]
    for names, strength in ((spec.labels, _LABELLED), (spec.rule.before, _LED_TO)):
        found = _lead_pattern(region, names).search(before)
        if found is not None:
            return start + found.start(), strength
    found = _lead_pattern(region, None).search(before)
    return (start + found.start() if found else position), _BARE


def _lead_pattern(region: Region, names: Sequence[str] | None) -> re.Pattern[str]:
    """Optional connectors, one of the names (or none), optional glue, up to the end."""
    slots, macros = region.book.slots, region.book.macros
    lead = rf"[\s,;(]*(?:(?<!\w){joined(slots.lead, macros)}\s+)*"
    glue = rf"\s*[:=]?\s*(?:(?<!\w){joined(slots.glue, macros)}\s+)*$"
    if names is None:
        return compiled(lead + glue)
    return compiled(rf"{lead}(?<!\w){joined(names, macros)}(?!\w){glue}")


def _is_complement(region: Region, position: int) -> bool:
    words = joined(region.book.slots.complement, region.book.macros)
    return compiled(rf"(?<!\w){words}\s+$").search(region.folded[:position]) is not None


def _corrects(region: Region, start: int, end: int) -> bool:
    words = joined(region.book.slots.corrections, region.book.macros)
    return compiled(rf"(?<!\w){words}(?!\w)").search(region.folded, start, end) is not None
