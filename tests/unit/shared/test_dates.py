"""Reading dates: what people write in two languages, and what holds for every day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tools.date_words import MONTHS, WEEKDAYS
from shared.tools.dates import find_dates

SUNDAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))
TEXTS = st.text(st.sampled_from("0123456789/-. eldamviernymchofptº,'"), max_size=40)


def read(text: str, today: date = SUNDAY) -> date | None:
    """The only date of the text."""
    found = find_dates(text, today)
    return found[0].day if len(found) == 1 else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("para el 2026-12-04", "2026-12-04"),
        ("04/12/2026", "2026-12-04"),
        ("3/4/2027", "2027-04-03"),
        ("12/25/2026", "2026-12-25"),
        ("el 4/12", "2026-12-04"),
        ("el viernes 4 de diciembre", "2026-12-04"),
        ("1º de enero", "2027-01-01"),
        ("December 4, 2026", "2026-12-04"),
        ("by the 4th of December", "2026-12-04"),
        ("hoy mismo", "2026-11-22"),
        ("mañana por la mañana", "2026-11-23"),
        ("pasado mañana", "2026-11-24"),
        ("the day after tomorrow", "2026-11-24"),
        ("antes del viernes", "2026-11-27"),
        ("el domingo", "2026-11-29"),
        ("next Friday", "2026-11-27"),
        ("el lunes de la semana que viene", "2026-11-23"),
        ("la semana que viene", "2026-11-23"),
        ("dentro de 3 días", "2026-11-25"),
        ("in two weeks", "2026-12-06"),
        ("en 5 días hábiles", "2026-11-27"),
        ("dentro de un mes", "2026-12-22"),
        ("10 days from now", "2026-12-02"),
        ("a fin de mes", "2026-11-30"),
        ("end of month", "2026-11-30"),
        ("end of next month", "2026-12-31"),
        ("a finales de febrero", "2027-02-28"),
        ("final de trimestre", "2026-12-31"),
        ("end of the week", "2026-11-27"),
        ("el 15", "2026-12-15"),
        ("the 15th of next month", "2026-12-15"),
        ("en Navidad", "2026-12-25"),
        ("ayer", "2026-11-21"),
        ("el viernes pasado", "2026-11-20"),
        ("last Friday", "2026-11-20"),
        ("hace tres días", "2026-11-19"),
        ("2 weeks ago", "2026-11-08"),
    ],
)
def test_a_date_is_understood(text: str, day: str) -> None:
    assert read(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "en diciembre", "pronto", "por la mañana", "el fin de semana", "el 15 por ciento",
        "a las 10:30", "P-1001", "Monday's meeting", "todos los lunes", "hoy en día", "1/2026", "",
    ],
)  # fmt: skip
def test_what_is_no_date_stays_none(text: str) -> None:
    assert find_dates(text, SUNDAY) == []


@pytest.mark.parametrize(
    "text", ["31/02/2026", "2026-02-30", "el 31 de febrero", "30 February 2027", "45/13/2026"]
)
def test_a_day_that_no_calendar_has_is_found_as_such(text: str) -> None:
    (found,) = find_dates(text, SUNDAY)
    assert (found.day, found.problem) == (None, "no_such_day")
    assert found.words in text


@pytest.mark.parametrize(
    "text", ["viernes 5 de diciembre", "Friday, December 5th", "lunes 4/12/2026"]
)
def test_a_day_that_is_another_weekday_is_found_as_such(text: str) -> None:
    assert [each.problem for each in find_dates(text, SUNDAY)] == ["other_weekday"]


def test_a_range_gives_both_ends_a_month() -> None:
    days = [each.day for each in find_dates("del 1 al 15 de enero", SUNDAY)]
    assert days == [date(2027, 1, 1), date(2027, 1, 15)]


@pytest.mark.parametrize(
    ("text", "relative"), [("el viernes", True), ("2026-12-04", False), ("4 de diciembre", False)]
)
def test_it_is_known_whether_a_date_depends_on_today(text: str, relative: bool) -> None:
    assert [each.relative for each in find_dates(text, SUNDAY)] == [relative]


@given(day=DAYS, today=DAYS)
def test_a_full_date_means_the_same_on_any_day(day: date, today: date) -> None:
    for text in (day.isoformat(), f"{day.day}/{day.month}/{day.year}"):
        assert read(text, today) == day


@given(day=DAYS, today=DAYS, month=st.sampled_from(sorted(MONTHS)))
def test_a_month_by_name_is_read_in_both_languages(day: date, today: date, month: str) -> None:
    meant = date(day.year, MONTHS[month], min(day.day, 28))
    for text in (f"{meant.day} de {month} de {meant.year}", f"{month} {meant.day}, {meant.year}"):
        assert read(text, today) == meant


@given(day=DAYS, today=DAYS)
def test_a_day_without_a_year_is_its_next_occurrence(day: date, today: date) -> None:
    found = read(f"{day.day}/{day.month}", today)
    assert found is not None
    assert found >= today
    assert (found.day, found.month) == (day.day, day.month)


@given(today=DAYS, weekday=st.sampled_from(sorted(WEEKDAYS)))
def test_a_weekday_is_one_of_the_next_seven_days_and_a_past_one_of_the_last(
    today: date, weekday: str
) -> None:
    coming, gone = read(weekday, today), read(f"last {weekday}", today)
    assert coming is not None
    assert gone is not None
    assert timedelta(0) < coming - today <= timedelta(days=7)
    assert timedelta(0) < today - gone <= timedelta(days=7)
    assert coming.weekday() == gone.weekday() == WEEKDAYS[weekday]


@given(today=DAYS, count=st.integers(1, 300))
def test_days_are_counted_from_today(today: date, count: int) -> None:
    for text in (f"dentro de {count} días", f"in {count} days"):
        assert read(text, today) == today + timedelta(days=count)
    for text in (f"hace {count} días", f"{count} days ago"):
        assert read(text, today) == today - timedelta(days=count)


@given(today=DAYS)
def test_the_end_of_the_month_is_in_this_month(today: date) -> None:
    found = read("fin de mes", today)
    assert found is not None
    assert (found.year, found.month) == (today.year, today.month)
    assert (found + timedelta(days=1)).day == 1


@given(text=st.one_of(TEXTS, st.text()), today=DAYS)
def test_whatever_is_written_dates_are_in_order_apart_and_literal(text: str, today: date) -> None:
    found = find_dates(text, today)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert all(text[one.start : one.end] == one.words for one in found)
    assert all((one.day is None) == (one.problem is not None) for one in found)
