"""Agents that are to answer in JSON: what is put right, what is asked for again, what fails."""

import pytest

from shared.contracts.agents import AgentCall
from shared.contracts.models import ModelChoice
from tests.unit.test_agent_calls import Asked, a_team


def in_json() -> AgentCall:
    choice = ModelChoice(response_format="json")
    return AgentCall(session_id="s1", profile="normal", model=choice)


async def test_an_answer_in_json_is_checked_and_written_once_more() -> None:
    team = a_team(says={"Coordinator": ["Claro: {", '{"pasos": [1, 2]}']})
    ran = await Asked(team=team).run(in_json())
    assert ran.shown == ran.turn.text == '{"pasos": [1, 2]}'
    assert all(request.json for _, request in team.asked)


async def test_json_in_a_fence_is_taken_out_of_it_without_asking_again() -> None:
    team = a_team(says={"Coordinator": ['```json\n{"pasos": ["```b```"]}\n```\n']})
    ran = await Asked(team=team).run(in_json())
    assert ran.shown == ran.turn.text == '{"pasos": ["```b```"]}'
    assert len(team.asked) == 1
    (restart,) = (event for event in ran.events if event.type == "restart")
    assert restart.reason == "corrected"


@pytest.mark.parametrize("said", ["```json\n{\n```", '```\n{}\n``` y {"a": 1}'])
async def test_a_fence_around_no_json_is_asked_for_again(said: str) -> None:
    team = a_team(says={"Coordinator": [said, "{}"]})
    ran = await Asked(team=team).run(in_json())
    assert (ran.turn.text, len(team.asked)) == ("{}", 2)


async def test_an_answer_that_is_no_json_twice_is_a_failure() -> None:
    team = a_team(says={"Coordinator": ["Claro: {", "Pues {"]})
    ran = await Asked(team=team).run(in_json())
    assert ran.outcome.failure is not None
    assert ran.outcome.failure.code == "MODEL_UNAVAILABLE"
    assert ran.outcome.failure.retryable is False
