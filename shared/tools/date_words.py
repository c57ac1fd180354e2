"""The words of dates in Spanish and English, folded: lower case and no accents."""

from collections.abc import Iterable, Mapping

MONTHS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "enero ene january jan",
            "febrero feb february",
            "marzo mar march",
            "abril abr april apr",
            "mayo may",
            "junio jun june",
            "julio jul july",
            "agosto ago august aug",
            "septiembre setiembre sep sept september",
            "octubre oct october",
            "noviembre nov november",
            "diciembre dic december dec",
        ),
        start=1,
    )
    for word in words.split()
}

WEEKDAYS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "lunes monday",
            "martes tuesday",
            "miercoles wednesday",
            "jueves thursday",
            "viernes friday",
            "sabado saturday",
            "domingo sunday",
        )
    )
    for word in words.split()
}
"""Monday is 0, as in `date.weekday`."""

COUNTS: Mapping[str, int] = {
    word: number
    for number, words in {
        1: "un uno una a an one",
        2: "dos two",
        3: "tres three",
        4: "cuatro four",
        5: "cinco five",
        6: "seis six",
        7: "siete seven",
        8: "ocho eight",
        9: "nueve nine",
        10: "diez ten",
        12: "doce twelve",
        14: "catorce fourteen",
        15: "quince fifteen",
        20: "veinte twenty",
        30: "treinta thirty",
    }.items()
    for word in words.split()
}

FEASTS: Mapping[str, tuple[int, int]] = {
    "nochebuena": (12, 24),
    "christmas eve": (12, 24),
    "navidad": (12, 25),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "nochevieja": (12, 31),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "ano nuevo": (1, 1),
    "dia de reyes": (1, 6),
}
"""Feasts with the same date each year: (month, day)."""


def one_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"
