"""Days as people write them."""

from datetime import date
from typing import assert_never

from shared.contracts.identity import Language

_WEEKDAYS = {
    "es": "lunes martes miércoles jueves viernes sábado domingo".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
_MONTHS = {
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ).split(),
    "en": (
        "January February March April May June July August September October November December"
    ).split(),
}


def written_day(day: date, language: Language) -> str:
    """With its weekday: "viernes 27 de noviembre de 2026", "Friday 27 November 2026"."""
    weekday = _WEEKDAYS[language][day.weekday()]
    month = _MONTHS[language][day.month - 1]
    match language:
        case "es":
            return f"{weekday} {day.day} de {month} de {day.year}"
        case "en":
            return f"{weekday} {day.day} {month} {day.year}"
        case _:
            assert_never(language)
