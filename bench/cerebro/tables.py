"""What the bench of Cerebro says on the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from bench.cerebro.labelled import KINDS, LANGUAGES
from bench.cerebro.latency import CALLERS, MOST_TIMES_SLOWER, Case, Measured, Milliseconds
from bench.cerebro.library import PARTS, WHOLE
from bench.cerebro.quality import (
    DOUBTING,
    MODES,
    Answers,
    Asked,
    doubts_of,
    in_language,
    of_kind,
    quality_of,
)
from bench.figures import p50, p95


def quality_tables(answers: Answers) -> list[str]:
    return [_by_mode(answers), _by_kind(answers), _doubts(answers)]


def latency_tables(measured: Measured) -> list[str]:
    return [_by_case(measured.times), _compared(measured)]


def verdicts_on_quality(answers: Answers) -> list[str]:
    ndcg = {mode: quality_of(asked).ndcg for mode, asked in answers.items()}
    return [
        _verdict(
            ndcg["hybrid"] > ndcg[other],
            f"hybrid beats {other} in nDCG@10: {ndcg['hybrid']:.3f} against {ndcg[other]:.3f}",
        )
        for other in ("keyword", "vector")
    ]


def verdict_on_latency(measured: Measured) -> str:
    new, known = measured.new.times_slower, measured.known.times_slower
    return _verdict(
        new <= MOST_TIMES_SLOWER,
        f"p95 of a hybrid search of three indexes at most {MOST_TIMES_SLOWER} times that of the "
        f"slowest alone: {new:.2f}; {known:.2f} where no vector has to be made",
    )


def _verdict(passes: bool, what: str) -> str:
    return f"{'PASS' if passes else 'FAIL'}  {what}"


def _by_mode(answers: Answers) -> str:
    measures = ("recall@5", "MRR@10", "nDCG@10")
    heads = [f"{where} {measure}" for where in ("all", *LANGUAGES) for measure in measures]
    rows: dict[str, list[str]] = {}
    for mode in MODES:
        asked = answers[mode]
        some = [asked, *(in_language(asked, each) for each in LANGUAGES)]
        found = map(quality_of, some)
        rows[mode] = [
            f"{value:.3f}" for each in found for value in (each.recall, each.mrr, each.ndcg)
        ]
    count = quality_of(answers["hybrid"]).questions
    return _grid(f"what is found ({count} questions that have an answer)", heads, rows)


def _by_kind(answers: Answers) -> str:
    rows: dict[str, list[str]] = {}
    for kind in KINDS:
        some = {mode: of_kind(answers[mode], kind) for mode in MODES}
        if some["hybrid"] and some["hybrid"][0].query.answerable:
            name = f"{kind} ({len(some['hybrid'])})"
            rows[name] = [f"{quality_of(some[mode]).ndcg:.3f}" for mode in MODES]
    return _grid("nDCG@10 by kind of question", MODES, rows)


def _doubts(answers: Answers) -> str:
    heads = ("answer, but doubted", "no answer, but trusted", "right")
    rows = {
        f"{mode}, {where}": _doubted(some)
        for mode in DOUBTING
        for where, some in _parts(answers[mode])
    }
    return _grid("“the evidence may not be enough”", heads, rows)


def _parts(asked: Sequence[Asked]) -> Iterator[tuple[str, Sequence[Asked]]]:
    yield "all", asked
    for language in LANGUAGES:
        yield language, in_language(asked, language)


def _doubted(asked: Sequence[Asked]) -> list[str]:
    found = doubts_of(asked)
    return [
        f"{found.wrongly_doubted:.1%} of {found.answerable}",
        f"{found.wrongly_trusted:.1%} of {found.unanswerable}",
        f"{found.right:.1%}",
    ]


def _by_case(times: Mapping[Case, Milliseconds]) -> str:
    ways = [(indexes, callers) for indexes in ((WHOLE,), PARTS) for callers in CALLERS]
    heads = [
        f"{len(indexes)}×{callers} {name}" for indexes, callers in ways for name in ("p50", "p95")
    ]
    rows: dict[str, list[str]] = {}
    for mode in MODES:
        taken = [times[Case(mode, indexes, callers)] for indexes, callers in ways]
        rows[mode] = [f"{value:.1f}" for each in taken for value in (p50(each), p95(each))]
    return _grid("latency in ms, by indexes × callers", heads, rows)


def _compared(measured: Measured) -> str:
    heads = ("new p50", "new p95", "known p50", "known p95")
    rows = {
        name: [f"{value:.1f}" for each in (new, known) for value in (p50(each), p95(each))]
        for (name, new), known in zip(
            measured.new.rows().items(), measured.known.rows().values(), strict=True
        )
    }
    return _grid("hybrid in ms, new and known questions, in turn", heads, rows)


def _grid(title: str, heads: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    first = max(len(title), *(len(name) + 2 for name in rows))
    widths = [
        max(len(head), *(len(cells[place]) for cells in rows.values()))
        for place, head in enumerate(heads)
    ]
    lines = [(title, heads), *((f"  {name}", cells) for name, cells in rows.items())]
    return "\n".join(
        "  ".join([name.ljust(first), *map(str.rjust, cells, widths)]) for name, cells in lines
    )
