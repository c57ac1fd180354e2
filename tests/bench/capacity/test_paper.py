"""docs/capacity.md and the command say what the model says now, of figures that fit the app."""

import json
from functools import cache

import pytest

from bench.capacity.__main__ import main, parse_mix
from bench.capacity.demand import RESERVED
from bench.capacity.facts import read_facts
from bench.capacity.heat import heats, keys, turns, units_by_container
from bench.capacity.here import TOLERANCE, compare
from bench.capacity.measured import read_measured
from bench.capacity.paper import PAPER, with_tables
from bench.capacity.study import RATES, Study, study
from bench.capacity.tables import tables
from bench.capacity.tenants import days_until_anchors_are_full, head_bytes
from bench.turn_kinds import KINDS

FACTS, MEASURED = read_facts(), read_measured()


@cache
def studied() -> Study:
    return study(RATES, FACTS.mix, MEASURED, FACTS)


def test_the_paper_has_the_tables_of_now() -> None:
    text = PAPER.read_text("utf-8")
    assert with_tables(text, tables(studied())) == text


def test_a_paper_without_a_place_for_a_table_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place"):
        with_tables("# nothing", tables(studied()))


def test_every_source_is_named_with_its_day() -> None:
    assert all(source.address and source.day for source in FACTS.sources.values())
    assert {fact.unit for fact in FACTS.all_facts().values()}.isdisjoint({""})


def test_the_measured_turns_are_those_of_the_bench() -> None:
    assert set(MEASURED.turns) == {kind.name for kind in KINDS}
    for kind in KINDS:
        turn = MEASURED.turns[kind.name]
        assert turn.model_calls == kind.model_calls == len(turn.call_tokens)
        assert turn.call_tokens[-1] == turn.answer_tokens
        assert turn.activities == len(turn.steps)
        assert set(turn.request_units) <= set(keys())


def test_the_model_of_this_machine_predicts_what_was_measured_on_it() -> None:
    compared = compare(MEASURED)
    assert [each.conversations for each in compared] == [8, 16]
    assert all(abs(each.off_by) <= TOLERANCE for each in compared)


def test_a_key_that_begins_with_the_run_holds_and_one_with_the_only_tenant_does_not() -> None:
    units = units_by_container(FACTS.mix, MEASURED)
    found = {heat.container: heat for heat in heats(turns(1, 4, 1), 10, units, FACTS)}
    assert found["runs"].hottest == found["events"].hottest == 1
    assert found["streams"].hottest < 0.13
    assert found["quotas"].hottest < 0.15


def test_more_tenants_are_no_hotter() -> None:
    units = units_by_container(FACTS.mix, MEASURED)
    hottest = [
        next(heat.hottest for heat in heats(turns(count, 4, 1), 10, units, FACTS)
             if heat.container == "runs")
        for count in (1, 20, 1_000)
    ]  # fmt: skip
    assert hottest == sorted(hottest, reverse=True)


def test_anchors_fill_their_partition_in_days_that_the_rate_decides() -> None:
    # An id of 26 characters, a digest of 64, a number, and the names of the three.
    assert 110 < head_bytes() < 150
    slow, fast = (days_until_anchors_are_full(rate, FACTS) for rate in (10.0, 1_000.0))
    assert slow == pytest.approx(100 * fast)


def test_the_command_prints_tables_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--turns-per-minute", "2", "--mix", "task:1,small-talk:3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {table.name for table in tables(studied())}
    assert document["demand"]["rows"][0] == {
        "": "part of all turns",
        "task": "25%",
        "small-talk": "75%",
    }
    assert main(["--turns-per-minute", "2"]) == 0
    assert "What saturates first" in capsys.readouterr().out


@pytest.mark.parametrize("kind", RESERVED)
def test_one_turn_a_minute_can_be_simulated(kind: str) -> None:
    assert main(["--turns-per-minute", "1", "--mix", f"{kind}:1", "--json"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--mix", "talk:1"],
        ["--mix", "task"],
        ["--mix", "task:-1,knowledge:2"],
        ["--mix", "task:0"],
        ["--turns-per-minute", "0"],
        ["--turns-per-minute", "0.001"],
        ["--turns-per-minute", "many"],
    ],
)
def test_what_it_cannot_simulate_is_refused_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: ./eira simulate" in capsys.readouterr().err


def test_shares_are_brought_to_a_sum_of_one() -> None:
    assert parse_mix("knowledge:2,task:2") == {"knowledge": 0.5, "task": 0.5}
