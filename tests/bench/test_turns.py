"""Added latency and token delays from what was seen and what the model's timeline says."""

import pytest

from bench.first_token import calls_of_turn, embedding_ms
from bench.stand import BenchError
from bench.turn_kinds import SMALL_TALK, TASK
from bench.turns import (
    ModelCall,
    Seen,
    added_first_token,
    added_last_token,
    arrivals,
    emissions,
    token_delays,
)

TRIAGE = ModelCall(tokens=40, streamed=False, arrival=10, first_token=110, last_token=500)
ANSWER = ModelCall(tokens=4, streamed=True, arrival=520, first_token=620, last_token=650)


def test_added_is_what_the_calls_up_to_the_first_token_do_not_explain() -> None:
    seen = Seen(asked=0, texts=[(640, "uno"), (700, " dos")])
    assert added_first_token(seen, [TRIAGE, ANSWER]) == 640 - 490 - 100
    assert added_last_token(seen, [TRIAGE, ANSWER]) == 700 - 490 - 130


def test_a_token_is_there_when_its_last_character_is() -> None:
    assert arrivals([(5, "uno dos t"), (9, "res")]) == [5, 5, 9]


def test_tokens_leave_the_model_evenly() -> None:
    assert emissions(ANSWER, 4) == [620, 630, 640, 650]
    assert emissions(ANSWER, 1) == [620]
    assert emissions(ANSWER, 0) == []


def test_a_delay_is_counted_from_when_the_model_sent_the_token() -> None:
    assert token_delays([(625, "uno"), (660, " dos tres cuatro")], ANSWER) == [5, 30, 20, 10]


def call(tokens: int, milliseconds: float, *, streamed: bool = False) -> ModelCall:
    return ModelCall(tokens, streamed, 1000, 1000 + milliseconds, 1000 + milliseconds)


def test_a_turn_gets_its_own_answer_and_the_mean_of_each_earlier_call() -> None:
    served = [
        *(call(48, 100), call(48, 120)),
        *(call(268, 500), call(268, 540)),
        *(call(30, 7, streamed=True), call(31, 9, streamed=True)),
    ]
    triage, plan, answer = calls_of_turn(served, 31, TASK)
    assert (triage.tokens, triage.until_first_token) == (48, 110)
    assert (plan.tokens, plan.until_first_token) == (268, 520)
    assert (answer.tokens, answer.until_first_token) == (31, 9)


def test_nothing_is_asked_twice() -> None:
    first, second = TASK.message(30), TASK.message(30)
    assert first != second
    assert first.startswith(TASK.text)
    assert "[[tokens:30]]" in first
    assert "[[tokens:30]]" in second


def test_a_missing_answer_is_reported() -> None:
    with pytest.raises(BenchError, match="31 tokens"):
        calls_of_turn([call(48, 1), call(268, 1), call(30, 1, streamed=True)], 31, TASK)


def test_calls_that_do_not_fit_the_kind_are_reported() -> None:
    with pytest.raises(BenchError, match="1 calls"):
        calls_of_turn([call(48, 1), call(30, 1, streamed=True)], 30, TASK)


def test_of_the_embeddings_only_those_before_the_answers_are_counted() -> None:
    taken = [10.0, 20.0, 500.0, 500.0]
    assert embedding_ms(taken, 2, TASK) == 15
    assert embedding_ms(taken, 1, SMALL_TALK) == 0


def test_a_turn_without_its_embedding_is_no_measurement() -> None:
    with pytest.raises(BenchError, match="2 turns of task"):
        embedding_ms([10.0], 2, TASK)
