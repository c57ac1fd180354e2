"""Figures as a table for the terminal."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from bench.figures import Figure

HEADINGS = ("", "measured", "target", "")


def table(figures: Iterable[Figure]) -> str:
    """One line a figure, under its section's name; the last column says whether it is met."""
    listed = list(figures)
    rows = [_row(one) for one in listed]
    widths = [max(len(row[i]) for row in [HEADINGS, *rows]) for i in range(len(HEADINGS))]
    lines = [_line(HEADINGS, widths)]
    for section, group in groupby(zip(listed, rows, strict=True), key=lambda pair: pair[0].section):
        lines.append(section)
        lines += [_line(row, widths) for _, row in group]
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, str, str, str]:
    aimed = "" if figure.target is None else f"{_sign(figure)} {figure.target.value:g}"
    verdict = {True: "met", False: "NOT MET", None: ""}[figure.met]
    return f"  {figure.name}", _number(figure), aimed, verdict


def _sign(figure: Figure) -> str:
    return "≤" if figure.target is not None and figure.target.bound == "at most" else "≥"


def _number(figure: Figure) -> str:
    digits = 0 if abs(figure.value) >= 100 or figure.value == int(figure.value) else 1
    digits = 2 if figure.unit == "s" else digits
    return f"{figure.value:.{digits}f} {figure.unit}".strip()


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, measured, target, verdict = row
    cells = (name.ljust(widths[0]), measured.rjust(widths[1]), target.rjust(widths[2]), verdict)
    return "  ".join(cells).rstrip()
