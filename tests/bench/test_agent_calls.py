"""What of an agent call was the model's time, and what a fan-out costs."""

import pytest

from bench.chat.arithmetic import (
    added_ms,
    before_first_token,
    everybody_spoke_ms,
    fanout_ratio,
    model_ms,
    rounds,
)
from bench.chat.command import main
from bench.chat.kinds import FANOUT, NORMAL, ONE_AGENT, RETRIEVAL, SEVERAL, alone
from bench.turns import ModelCall, Seen
from shared.contracts.chat import PostChat


def call(begin: float, first: float, end: float, tokens: int = 30) -> ModelCall:
    return ModelCall(tokens, True, begin, first, end)


ANSWER = call(700, 800, 1_100)


def test_calls_one_after_the_other_are_added_up_and_the_answer_counts_to_its_first_token() -> None:
    assert model_ms([call(0, 100, 400), call(500, 550, 600), ANSWER]) == 400 + 100 + 100


def test_calls_side_by_side_count_once() -> None:
    assert model_ms([call(0, 100, 400), call(100, 200, 500), call(150, 200, 300), ANSWER]) == 600


def test_added_is_what_no_model_was_asked_in() -> None:
    seen = Seen(asked=-20, texts=[(830, "uno"), (1_200, "dos")])
    later = call(1_150, 1_160, 1_170)
    calls = [ANSWER, later, call(0, 100, 400)]
    assert before_first_token(seen, calls) == [calls[2], ANSWER]
    assert added_ms(seen, calls) == 850 - 400 - 100


def test_calls_that_overlap_are_one_round() -> None:
    calls = [call(0, 1, 50, 7), call(60, 61, 90, 8), call(70, 71, 200, 9), call(199, 200, 210, 3)]
    assert rounds([*calls, ANSWER]) == [[7], [8, 9, 3]]
    assert rounds([ANSWER]) == []


def test_a_fanout_is_compared_with_its_slowest_participant() -> None:
    seen = Seen(asked=100, turns=[(900, "B"), (700, "A")])
    assert everybody_spoke_ms(seen) == 800
    alone_ms = {"A": [500.0, 600.0, 9_000.0], "B": [800.0]}
    assert fanout_ratio([880.0, 880.0, 2_000.0], alone_ms) == pytest.approx(1.1)


def test_every_kind_is_a_call_that_the_contract_takes() -> None:
    for kind in (*ONE_AGENT, RETRIEVAL, *SEVERAL, FANOUT, alone("DomainExpert")):
        assert "[[tokens:7]]" in PostChat.model_validate(kind.body(7)).message
    assert NORMAL.body(7)["sessionId"] != NORMAL.body(7)["sessionId"]


def test_help_tells_what_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    assert "fan-out" in capsys.readouterr().out
