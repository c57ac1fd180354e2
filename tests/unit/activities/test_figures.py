"""Numbers, days and months of a sentence: those of the text it cites, however they are written."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from activities.figures import has_figures_of
from shared.tools.date_words import MONTHS

SAID = (
    "El recargo es del 2,5 % al año. El presupuesto total es de 1.200.000 euros. El menú cuesta"
    " 9,30 euros y una bebida. El plazo termina el 30 de junio de 2031. Hay que pedirlo en quince"
    " días, del 3 al 9 de marzo, a las 9:30. Expediente T-1042, versión v2.10; entre 15-20 horas."
)
SPANISH = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
           "octubre", "noviembre", "diciembre")  # fmt: skip

amounts = st.decimals(0, 99_999_999, places=2, allow_nan=False)
days = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "claim",
    [
        "Es el 5 %", "Es el 2 %", "Es el 5,2 %", "Son 200 euros", "Son 200.000 euros",
        "Son 1.200 euros", "Son 1,2 euros", "Vale 1 euro", "Cuesta 30 euros", "Cuesta 30,9 euros",
        "Cuesta 9 euros", "Cuesta 2031 euros", "Acaba el 30 de enero de 2031", "Ends on 30 January",
        "Acaba el 31 de junio de 2031", "Acaba el 30 de junio de 2030", "Acaba el 2031-01-30",
        "Acaba en enero de 2031", "En 15 meses", "En dieciséis días", "Cada siete años",
        "A las 9", "A las 9:31", "Son 1042 euros", "Es el 10 %", "Tarea T-1043", "Versión 2.1.0",
        "Un recargo de 2,5 euros", "Un recargo de 9,30 %", "Son 12 o 2,5 %",
    ],
)  # fmt: skip
def test_part_of_a_number_another_unit_or_another_day_is_not_said(claim: str) -> None:
    assert not has_figures_of(claim, SAID)


@pytest.mark.parametrize(
    "claim",
    [
        "Es el 2,5 %", "It is 2.5%", "Son 1200000 euros", "It is 1,200,000 euros", "Son 9,3 €",
        "€9.30", "Vale 9,30", "1 bebida", "Acaba el 30 de junio", "Acaba el 30/06/2031",
        "It ends on June 30, 2031", "It ends on 2031-06-30", "Acaba el día 30", "En junio de 2031",
        "In June", "En 15 días", "In fifteen days", "Empieza el 3 de marzo", "El 9 de marzo",
        "A las 9:30", "La tarea 1042", "Versión 2.10", "De 15 a 20 horas", "Sin ningún número",
        "It may be June 30",
    ],
)  # fmt: skip
def test_the_same_in_another_writing_or_language_is_said(claim: str) -> None:
    assert has_figures_of(claim, SAID)


def written_as(amount: Decimal, *, grouped: bool, english: bool) -> str:
    text = f"{amount:,.2f}" if grouped else f"{amount:.2f}"
    return text if english else text.translate(str.maketrans(",.", ".,"))


@given(amounts, amounts, st.booleans(), st.booleans(), st.booleans())
def test_an_amount_is_said_by_the_same_amount_only(
    wanted: Decimal, said: Decimal, grouped: bool, english: bool, other: bool
) -> None:
    text = f"La tasa es de {written_as(said, grouped=grouped, english=english)} euros."
    claim = f"Son {written_as(wanted, grouped=other, english=not english)} euros"
    assert has_figures_of(claim, text) == (wanted == said)


@given(st.integers(2, 999_999), st.integers(2, 999_999))
def test_a_whole_number_is_no_part_of_another(wanted: int, said: int) -> None:
    assume(wanted != said)
    for text in (f"{said} euros", f"{said:,} euros", f"{wanted},{said}7 euros", f"T-{wanted}"):
        assert not has_figures_of(f"Son {wanted} euros", text)


@given(days, days, st.booleans())
def test_a_day_is_said_by_the_same_day_only(wanted: date, said: date, with_year: bool) -> None:
    year = f" de {wanted.year}" if with_year else ""
    claim = f"Termina el {wanted.day} de {SPANISH[wanted.month - 1]}{year}"
    same = wanted == said or (
        not with_year and (wanted.month, wanted.day) == (said.month, said.day)
    )
    in_words = f"Termina el {said.day} de {SPANISH[said.month - 1]} de {said.year}."
    assert has_figures_of(claim, in_words) == same
    assert has_figures_of(claim, f"Termina el {said.isoformat()}.") == same


@given(days, st.integers(1, 31))
def test_the_day_of_a_date_is_no_amount(said: date, wanted: int) -> None:
    text = f"Termina el {said.day} de {SPANISH[said.month - 1]} de {said.year}."
    assert not has_figures_of(f"Cuesta {wanted} euros", text)


@given(st.sampled_from(SPANISH), st.sampled_from(SPANISH))
def test_a_month_is_said_by_the_same_month_only(wanted: str, said: str) -> None:
    text = f"Se paga en {said}."
    assert has_figures_of(f"Se paga en {wanted}", text) == (MONTHS[wanted] == MONTHS[said])


@given(st.text("0123456789.,-/: %€dT eunoymesrdjíaso", max_size=40))
def test_whatever_a_text_says_it_says_itself(text: str) -> None:
    assert has_figures_of(text, text)
