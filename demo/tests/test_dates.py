"""The local model and the app read dates alike: else plain orders would be asked about."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from emulator.services.model.engine.dates import find_dates as read_by_the_model
from shared.tools.dates import find_dates as read_by_the_app

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))
COUNTS = st.sampled_from(["un", "a", "dos", "two", "3", "15"])
PHRASES = st.one_of(
    st.sampled_from(
        "hoy/mañana/pasado mañana/today/tomorrow/ayer/yesterday/fin de mes/end of month/fin de año/"
        "la semana que viene/next week/el mes que viene/final de trimestre/end of the week/"
        "a mediados de marzo/Navidad/New Year's Eve/el 15/the 15th of next month/"
        "el 29 de febrero".split("/")
    ),
    st.builds("{} {}".format, st.sampled_from(["el", "next", "last", "antes del"]), st.sampled_from(
        "lunes viernes domingo Monday Friday Sunday".split()
    )),
    st.builds("dentro de {} {}".format, COUNTS, st.sampled_from("días semanas meses años".split())),
    st.builds("in {} {}".format, COUNTS, st.sampled_from("days weeks months years".split())),
    DAYS.map(date.isoformat),
    DAYS.map(lambda day: f"{day.day}/{day.month}/{day.year}"),
    DAYS.map(lambda day: f"{day.day}/{day.month}"),
)  # fmt: skip


@given(before=st.sampled_from(["", "Una tarea para ", "by "]), phrase=PHRASES, today=DAYS)
def test_both_read_the_same_days_in_the_same_words(before: str, phrase: str, today: date) -> None:
    text = f"{before}{phrase}, por favor"
    model = [(each.start, each.end, each.day) for each in read_by_the_model(text, today)]
    app = [(each.start, each.end, each.day) for each in read_by_the_app(text, today)]

    assert model == [each for each in app if each[2] is not None]
