"""Reads the numbers in what people write: digits of either language, and number words."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.tools.folding import folded

_DIGITS = re.compile(r"(?<![\w.,-])-?\d[\d.,]*(?![\w-])")
_GROUPED = re.compile(r"-?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_WORDS = re.compile(r"[a-z]+")
_RECKONING = re.compile(
    r"(?:\b(?:doble|triple|mitad|tercio|cuarto|quinto|twice|double|half|third|quarter|veces|times"
    r"|por ciento|percent|mas|menos|more|less)\b|%)"
    r"(?:\s+(?:de|del|of|the|el|la|los|las|que|than))*\s*(?:$|\d)"
)

_UNITS = (
    "cero zero|un uno una one|dos two|tres three|cuatro four|cinco five|seis six|siete seven"
    "|ocho eight|nueve nine|diez ten|once eleven|doce twelve|trece thirteen|catorce fourteen"
    "|quince fifteen|dieciseis sixteen|diecisiete seventeen|dieciocho eighteen"
    "|diecinueve nineteen|veinte twenty|veintiun veintiuno veintiuna|veintidos|veintitres"
    "|veinticuatro|veinticinco|veintiseis|veintisiete|veintiocho|veintinueve"
)
_TENS = (
    "treinta thirty|cuarenta forty|cincuenta fifty|sesenta sixty|setenta seventy"
    "|ochenta eighty|noventa ninety"
)
_HUNDREDS = (
    "cien ciento|doscientos doscientas|trescientos trescientas|cuatrocientos cuatrocientas"
    "|quinientos quinientas|seiscientos seiscientas|setecientos setecientas"
    "|ochocientos ochocientas|novecientos novecientas"
)


def _numbered(words: str, first: int, step: int) -> dict[str, int]:
    return {
        word: first + step * place
        for place, same in enumerate(words.split("|"))
        for word in same.split()
    }


_ADDED = _numbered(_UNITS, 0, 1) | _numbered(_TENS, 30, 10) | _numbered(_HUNDREDS, 100, 100)
_THOUSANDS = frozenset({"mil", "thousand"})
_MILLIONS = frozenset({"millon", "millones", "million", "millions"})
_NUMBER_WORDS = frozenset({*_ADDED, "hundred", *_THOUSANDS, *_MILLIONS})
_JOINING = frozenset({"y", "and", "de"})


def find_numbers(text: str) -> frozenset[Decimal]:
    """Every reading of every number in the text: `1.500` is 1500 in Spanish and 1.5 in English."""
    plain = folded(text)
    in_digits = (value for match in _DIGITS.finditer(plain) for value in _digits(match.group()))
    return frozenset([*in_digits, *_in_words(plain)])


def is_reckoned(before: str, quote: str) -> bool:
    """Whether the number is only the beginning of a reckoning: "twice 500", "un 10 % de 500"."""
    return any(map(_RECKONING.search, (folded(before), folded(quote))))


def _digits(text: str) -> Iterator[Decimal]:
    text = text.rstrip(".,")
    if _GROUPED.fullmatch(text):
        yield Decimal(re.sub("[.,]", "", text))
        if text.count(".") + text.count(",") == 1:
            yield Decimal(text.replace(",", "."))
        return
    marks = [mark for mark in text if mark in ".,"]
    decimal = marks[-1] if marks else ""
    whole, _, fraction = text.rpartition(decimal) if decimal else (text, "", "0")
    if (decimal and decimal in whole) or not _is_grouped(whole):
        return
    yield Decimal(f"{re.sub('[.,]', '', whole)}.{fraction}")


def _is_grouped(whole: str) -> bool:
    return whole.lstrip("-").isdecimal() or _GROUPED.fullmatch(whole) is not None


def _in_words(plain: str) -> Iterator[Decimal]:
    run: list[str] = []
    for word in [*_WORDS.findall(plain), ""]:
        if word in _NUMBER_WORDS or (run and word in _JOINING):
            run.append(word)
            continue
        if any(each not in _JOINING for each in run):
            yield Decimal(_worth(run))
        run = []


def _worth(words: Sequence[str]) -> int:
    """Of number words in a row: `dos mil quinientos`, `two thousand five hundred`."""
    total = part = 0
    for word in words:
        if word in _ADDED:
            part += _ADDED[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in _THOUSANDS:
            total, part = total + max(part, 1) * 1_000, 0
        elif word in _MILLIONS:
            total, part = max(total + part, 1) * 1_000_000, 0
    return total + part
