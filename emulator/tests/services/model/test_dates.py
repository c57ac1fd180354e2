"""The date resolver: what people write, and what holds for every day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.model.engine.calendar_words import MONTHS, WEEKDAYS
from emulator.services.model.engine.dates import find_dates, month_end, next_weekday

SUNDAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))
TEXTS = st.text(st.sampled_from("0123456789/-. eldamviernymcho4º,"), max_size=40)


def _first(text: str, today: date = SUNDAY) -> str | None:
    found = find_dates(text, today)
    return found[0].day.isoformat() if found and found[0].day else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("para el 2026-12-04", "2026-12-04"),
        ("04/12/2026", "2026-12-04"),
        ("4.12.26", "2026-12-04"),
        ("12/25/2026", "2026-12-25"),
        ("4/12", "2026-12-04"),
        ("el 4 de diciembre", "2026-12-04"),
        ("el viernes 4 de diciembre de 2026", "2026-12-04"),
        ("1º de enero", "2027-01-01"),
        ("December 4, 2026", "2026-12-04"),
        ("Friday, December 4th", "2026-12-04"),
        ("the 4th of December", "2026-12-04"),
        ("hoy mismo", "2026-11-22"),
        ("mañana por la mañana", "2026-11-23"),
        ("pasado mañana", "2026-11-24"),
        ("desde mañana", "2026-11-23"),
        ("the day after tomorrow", "2026-11-24"),
        ("antes del viernes", "2026-11-27"),
        ("el domingo", "2026-11-29"),
        ("by next Friday", "2026-11-27"),
        ("el lunes de la semana que viene", "2026-11-23"),
        ("en 3 días", "2026-11-25"),
        ("dentro de dos semanas", "2026-12-06"),
        ("in 3 business days", "2026-11-25"),
        ("en 5 días hábiles", "2026-11-27"),
        ("10 days from now", "2026-12-02"),
        ("fin de mes", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("a finales de febrero", "2027-02-28"),
        ("fin de año", "2026-12-31"),
        ("el 15", "2026-12-15"),
        ("the 15th of next month", "2026-12-15"),
        ("en Navidad", "2026-12-25"),
    ],
)
def test_a_date_is_understood(text: str, day: str) -> None:
    assert _first(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "en diciembre",
        "pronto",
        "por la mañana",
        "el fin de semana",
        "31/02/2026",
        "el 15 por ciento",
        "a las 10:30",
        "P-1001",
        "Monday's meeting",
        "todos los lunes",
        "hoy en día",
    ],
)
def test_what_is_no_date_stays_none(text: str) -> None:
    assert find_dates(text, SUNDAY) == []


def test_a_range_gives_both_ends_a_month() -> None:
    days = [mention.day for mention in find_dates("del 1 al 15 de enero", SUNDAY)]

    assert days == [date(2027, 1, 1), date(2027, 1, 15)]


@given(day=DAYS, today=DAYS)
def test_a_full_date_means_the_same_on_any_day(day: date, today: date) -> None:
    for text in (day.isoformat(), f"{day.day}/{day.month}/{day.year}"):
        # Read with the day first where both readings are dates.
        assert _first(text, today) == day.isoformat()


@given(day=DAYS, today=DAYS, month=st.sampled_from(sorted(MONTHS)))
def test_a_month_by_name_is_read_in_both_languages(day: date, today: date, month: str) -> None:
    meant = date(day.year, MONTHS[month], min(day.day, 28))

    for text in (f"{meant.day} de {month} de {meant.year}", f"{month} {meant.day}, {meant.year}"):
        assert _first(text, today) == meant.isoformat()


@given(today=DAYS, weekday=st.sampled_from(sorted(WEEKDAYS)))
def test_a_weekday_is_one_of_the_next_seven_days(today: date, weekday: str) -> None:
    found = date.fromisoformat(_first(weekday, today) or "")

    assert timedelta(0) < found - today <= timedelta(days=7)
    assert found.weekday() == WEEKDAYS[weekday]
    assert found == next_weekday(today, WEEKDAYS[weekday])


@given(today=DAYS, count=st.integers(1, 300))
def test_days_ahead_are_counted_from_today(today: date, count: int) -> None:
    meant = (today + timedelta(days=count)).isoformat()

    assert _first(f"en {count} días", today) == meant
    assert _first(f"in {count} days", today) == meant


@given(today=DAYS)
def test_the_end_of_the_month_is_in_this_month(today: date) -> None:
    found = date.fromisoformat(_first("fin de mes", today) or "")

    assert (found.year, found.month) == (today.year, today.month)
    assert (found + timedelta(days=1)).day == 1
    assert found == month_end(today.year, today.month)


@given(text=TEXTS, today=DAYS)
def test_mentions_are_in_order_and_do_not_overlap(text: str, today: date) -> None:
    found = find_dates(text, today)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
