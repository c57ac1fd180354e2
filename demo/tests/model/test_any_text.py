"""Whatever is written, the answer keeps to its schema, and quotes are literal."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from demo.tests.model.dialogue import (
    Conversation,
    calls_of,
    open_question,
    plan,
    quotes_of,
    respond,
    triage,
)

WORDS = (
    "crea una tarea proyecto usuario para el viernes de ACME Iberdrola prioridad alta urgente y"
    " otra: , . ? ¿ « » ( ) \n - juan@x.es P-1001 4 diciembre create the task by Friday assigned"
    " to hola gracias no mejor título: İ ß 😀"
).split(" ")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=25).map(" ".join)
QUESTION = open_question("CreateTask", "createTask", {"title": "x"}, ["dueDate"])


def stands_whole(quote: str, text: str) -> bool:
    """Whether the text holds the quote without cutting a word."""
    return re.search(rf"(?:(?<!\w)|(?!\w)){re.escape(quote)}(?:(?!\w)|(?<!\w))", text) is not None


@settings(max_examples=60)
@given(text=TEXTS)
def test_orders_of_any_words_are_planned_with_literal_quotes(text: str) -> None:
    drafted = plan(text)

    assert all(stands_whole(quote, text) for quote in quotes_of(drafted))
    assert len(calls_of(drafted)) <= 20


@settings(max_examples=60)
@given(text=TEXTS | st.text(max_size=60))
def test_any_text_gets_a_route_and_an_answer(text: str) -> None:
    opened = triage(text or "x", Conversation(question=QUESTION))

    assert opened["route"] == "FLOW_EXECUTION" or not opened["continues_open_question"]
    assert respond(text or "x", [])
