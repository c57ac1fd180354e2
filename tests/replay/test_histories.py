"""Runs that began under a released version go on under the code that is there now."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from azure.durable_functions import DurableOrchestrationContext

from orchestrators.versions import CHAT, FIRST, FLOW, TURN, versioned
from shared.contracts import activities, agent_activities
from shared.contracts.activities import ActivitySpec
from shared.contracts.flows import runs as flow_runs
from tests.replay.recorded import Json
from tests.replay.recording import ACTIVITIES, HISTORIES, ORCHESTRATORS, SCENARIOS, scheduled

ROOT = Path(__file__).parents[2]
FILES = sorted(HISTORIES.glob("*/*.json"))
ADVICE = (
    "runs of version {version} that are under way would not survive this change of an orchestrator "
    "or of what its activities take and answer: make a new version (docs/operations.md, Upgrades)"
)
SPECS: dict[str, ActivitySpec[Any, Any]] = {
    each.name: each
    for module in (activities, agent_activities, flow_runs)
    for each in vars(module).values()
    if isinstance(each, ActivitySpec)
}

pytestmark = pytest.mark.filterwarnings(
    "ignore:azure.functions df_",
    # So the SDK says of an event that comes before somebody waits for it; it keeps it for them.
    "ignore:Potential duplicate Task completion for TaskId. input-",
)


def read(file: Path) -> Json:
    told: Json = json.loads(file.read_text("utf-8"))
    return told


def advice(file: Path) -> str:
    return ADVICE.format(version=file.parent.name)


def named(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_run_of_a_released_version_goes_on(file: Path) -> None:
    told = read(file)
    orchestrator = versioned(told["orchestrator"], ORCHESTRATORS[told["orchestrator"]])
    assert scheduled(orchestrator, json.dumps(told["body"])) == told["scheduled"], advice(file)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_activity_still_takes_what_a_run_of_a_released_version_has_asked_of_it(
    file: Path,
) -> None:
    """What is scheduled before an upgrade is executed behind it."""
    for each in read(file)["asked"]:
        taken = SPECS[each["activity"]].request.model_validate(each["request"])
        kept = taken.model_dump(mode="json", by_alias=True, exclude_none=True)
        assert each["request"].items() <= kept.items(), advice(file)


def test_each_version_has_its_histories() -> None:
    kept = {file.parent.name for file in FILES}
    assert kept == {*TURN, *CHAT, *FLOW}
    for version in kept:
        of_it = {read(file)["orchestrator"] for file in FILES if file.parent.name == version}
        assert of_it == {name for name, table in ORCHESTRATORS.items() if version in table}


def test_new_runs_begin_under_a_version_that_has_been_recorded_in_full() -> None:
    durable = json.loads((ROOT / "host.json").read_text("utf-8"))["extensions"]["durableTask"]
    current = durable["defaultVersion"]
    assert current in TURN
    assert current in CHAT
    assert current in FLOW
    recorded = {file.stem for file in FILES if file.parent.name == current}
    assert recorded == set(SCENARIOS)


def test_runs_of_a_newer_app_are_left_alone_by_this_one() -> None:
    """Both are what the extension does unless it is told otherwise."""
    durable = json.loads((ROOT / "host.json").read_text("utf-8"))["extensions"]["durableTask"]
    assert durable.get("versionMatchStrategy", "CurrentOrOlder") == "CurrentOrOlder"
    assert durable.get("versionFailureStrategy", "Reject") == "Reject"


def test_every_activity_occurs_in_some_history() -> None:
    seen = {name for file in FILES for name in read(file)["scheduled"]}
    # Behind a timer of a minute.
    assert set(SPECS) - seen == {"remember"}
    assert set(SPECS) == set(ACTIVITIES)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_history_is_of_its_version(file: Path) -> None:
    body = read(file)["body"]
    begun = next(each for each in body["history"] if each["EventType"] == 0)
    assert begun["Version"] == file.parent.name


@pytest.mark.parametrize("file", FILES, ids=named)
def test_a_history_does_not_say_where_it_was_recorded(file: Path) -> None:
    assert re.findall(r'File [\\"]+/[^"\\]*', file.read_text("utf-8")) == []


def other(context: DurableOrchestrationContext) -> Any:
    """A turn of another version, which waits a moment first."""
    yield context.create_timer(context.current_utc_datetime)
    return (yield from TURN[FIRST](context))


def test_a_change_without_a_version_is_noticed_and_with_one_it_is_not() -> None:
    told = read(HISTORIES / FIRST / "turn-waits-for-approval.json")
    body = json.dumps(told["body"])
    try:
        changed = scheduled(versioned("turn", {FIRST: other}), body)
    except Exception as error:  # noqa: BLE001 - the SDK raises bare Exception
        changed = [str(error)]
    assert changed != told["scheduled"]
    assert scheduled(versioned("turn", {**TURN, "2.0": other}), body) == told["scheduled"]


def test_a_run_of_an_unknown_version_fails_and_says_which_run_and_version() -> None:
    told = read(HISTORIES / FIRST / "turn-task.json")
    begun = next(each for each in told["body"]["history"] if each["EventType"] == 0)
    begun["Version"] = "3.0"
    with pytest.raises(Exception, match="which this app does not have") as raised:
        scheduled(versioned("turn", TURN), json.dumps(told["body"]))
    run_id = told["body"]["instanceId"]
    assert f"run {run_id} (turn) began under version 3.0" in str(raised.value)


def test_a_run_that_began_before_versions_were_told_is_of_the_first() -> None:
    told = read(HISTORIES / FIRST / "turn-task.json")
    begun = next(each for each in told["body"]["history"] if each["EventType"] == 0)
    begun["Version"] = None
    table = {**TURN, "2.0": other}
    assert scheduled(versioned("turn", table), json.dumps(told["body"])) == told["scheduled"]
