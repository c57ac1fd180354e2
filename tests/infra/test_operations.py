"""The workbook and the alerts ask for what the app tells, and every alert is explained."""

import json
import re
from typing import Any, get_args

import pytest

from shared.contracts.activities import RunRef
from shared.contracts.effects import EffectState
from shared.contracts.plan import Route
from shared.contracts.problems import ErrorCode
from shared.contracts.runs import RunState, RunStatus, Usage
from shared.telemetry import measures as measured
from shared.telemetry import names
from shared.telemetry.requests import delivery
from shared.telemetry.services import TracedTools
from shared.telemetry.steps import Ending, run_ended
from tests.fakes.services import FakeTools
from tests.fakes.telemetry import telling
from tests.infra.kusto import WORKBOOK, Query, alert_queries, queries
from tests.infra.templates import INFRA, MAIN, ROOT, declared, modules, text
from tests.unit.shared.telemetry.test_services import CALL

OPERATIONS = "app/operations.bicep"
ATTRIBUTES = {each for each in vars(names).values() if isinstance(each, str) and "." in each}
EACH = pytest.mark.parametrize("query", queries(), ids=lambda each: each.title)


def measure_names() -> set[str]:
    class Meter:
        """Notes what is made."""

        def __init__(self) -> None:
            self.made: set[str] = set()

        def __getattr__(self, kind: str) -> Any:
            def make(name: str, *_: object, **__: object) -> None:
                self.made.add(name)

            return make

    meter = Meter()
    measured.Measures(meter)  # type: ignore[arg-type]
    return meter.made


async def spans_told() -> set[str]:
    """The names of spans that questions ask for, as the app tells them."""
    run = RunRef(
        run_id="01JD8R00000000000000000000", tenant_id="t", conversation_id="c", correlation_id="x"
    )
    with telling() as told:
        run_ended(run, Ending("DONE", "stop", Usage(), None))
        await TracedTools(FakeTools()).call(CALL)
        with delivery("erp_event"):
            pass
        return {span.name for span in told.spans}


@EACH
def test_a_question_can_be_read_and_uses_what_there_is(query: Query) -> None:
    assert query.faults() == []
    assert query.tables


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("dependencies | where nmae == 1", "nobody knows nmae"),
        ("dependencys | where name == 1", "nobody knows dependencys"),
        ("requests | where (name == 1", "( and ) are not as many"),
        ("requests | were name == 1", "nobody knows were"),
        ("requests | summarize x = total(duration)", "nobody knows total"),
        ("requests | extend kind = name", "kind is reserved"),
        ("customMetrics | where success == true", "nobody knows success"),
        ("requests | where name == 'a'", "cannot be read from \"'a'\""),
    ],
)
def test_a_question_that_is_wrong_is_noticed(wrong: str, why: str) -> None:
    assert why in Query("wrong", wrong).faults()


@EACH
def test_a_question_asks_for_attributes_that_are_told(query: Query) -> None:
    assert query.attributes - ATTRIBUTES == set()


@EACH
async def test_a_question_asks_for_measures_and_spans_that_are_told(query: Query) -> None:
    spans = await spans_told()
    for name in query.names:
        if query.tables == {"customMetrics"}:
            assert name in measure_names()
        elif re.fullmatch(r"[A-Z]+ /api/", name):
            assert f'"{name.split()[0]}"' in (ROOT / "function_app.py").read_text("utf-8")
        else:
            assert any(span.startswith(name) for span in spans), name


@EACH
def test_a_question_asks_for_codes_and_states_that_there_are(query: Query) -> None:
    known = {*get_args(ErrorCode.__value__), *get_args(EffectState.__value__)}
    asked = re.findall(r'(?:code|state"\]\)) (?:!?in|==) (\([^)]*\)|"\w+")', query.text)
    named = {each for some in asked for each in re.findall(r'"(\w+)"', some)}
    assert named <= known


def test_every_measure_is_asked_for() -> None:
    asked = {name for query in queries() for name in query.names}
    assert measure_names() - asked == set()


def test_what_operators_have_to_see_is_in_the_workbook() -> None:
    titles = {item.get("name") for item in json.loads(WORKBOOK.read_text("utf-8"))["items"]}
    assert titles >= {
        "Runs by state",
        "Seconds to the first words",
        "Tokens by model",
        "Cost by model",
        "Slow steps",
        "Failing tools",
        "Refused for quotas",
        "Seconds in Durable's queue",
        "Event Grid: failed and dead-lettered",
        "Unknown effects",
        "Throttled calls of models and searches",
    }


def test_the_workbook_is_given_every_resource_that_it_names() -> None:
    places = set(re.findall(r'"(<\w+>)"', WORKBOOK.read_text("utf-8")))
    assert places == {"<insights>", "<topic>", "<cosmos>"}
    assert {f"'{each}'" for each in places} <= set(re.findall(r"'<\w+>'", text(OPERATIONS)))
    items = json.loads(WORKBOOK.read_text("utf-8"))["items"]
    assert len({item["name"] for item in items}) == len(items)
    for item in items:
        if item["type"] in (3, 10):
            assert item["content"]["timeContextFromParameter"] == "TimeRange"


def alerts() -> dict[str, dict[str, Any]]:
    found = declared(OPERATIONS, "variables")["alerts"]["value"]
    return {each["name"]: each for each in found}


def other_alerts() -> set[str]:
    """Of metrics that Azure has itself."""
    used = [each for each in modules() if "metric-alert" in each.path]
    return {str(each.params["name"]).removeprefix("${prefix}-") for each in used}


def test_every_alert_has_its_question() -> None:
    assert set(alerts()) == {each.title for each in alert_queries()}
    for query in alert_queries():
        assert f"loadTextContent('../alerts/{query.title}.kql')" in text(OPERATIONS)
        assert re.search(r"\bvalue = ", query.text)


def test_every_alert_has_a_threshold() -> None:
    usual = declared(MAIN, "variables")["usualThresholds"]["value"]
    assert {each.strip("'") for each in usual} == {*alerts(), *other_alerts()}
    named = set(re.findall(r"thresholds\['([\w-]+)'\]", text(OPERATIONS)))
    assert named == other_alerts()


def test_every_alert_is_explained() -> None:
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    headings = set(re.findall(r"(?m)^### ([\w-]+)$", paper))
    assert {*alerts(), *other_alerts()} <= headings
    for name in other_alerts():
        assert f"docs/operations.md#{name}" in text(OPERATIONS)
    assert "docs/operations.md#${alert.name}" in text(OPERATIONS)


def test_alerts_are_told_to_whom_the_parameters_name() -> None:
    for used in modules():
        if used.file == OPERATIONS and used.symbol in ("lostEvents", "throttledStore"):
            assert used.params["actions"] == "tells"
        if used.symbol == "rules":
            assert used.params["actions"] == {"actionGroupResourceIds": "tells"}
    assert "concat(actionGroupIds, [people!.outputs.resourceId])" in text(OPERATIONS)


def test_what_is_loaded_is_there() -> None:
    for loaded in re.findall(r"loadTextContent\('([^']+)'\)", text(OPERATIONS)):
        assert (INFRA / OPERATIONS).parent.joinpath(loaded).is_file()


def test_what_is_kept_how_long_is_written_down() -> None:
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    rows = [line for line in paper.splitlines() if line.startswith("|")]
    for container in declared("app/cosmos.bicep", "variables")["containers"]["value"]:
        (row,) = (each for each in rows if f"`{container['name']}`" in each.split("|")[1])
        seconds = container.get("defaultTtl", 0)
        if isinstance(seconds, int) and seconds > 0:
            assert f"{seconds // 86_400} days" in row.split("|")[2]
    main = declared(MAIN, "parameters")
    for parameter in ("logRetentionDays", "vaultSoftDeleteDays"):
        (row,) = (each for each in rows if f"`{parameter}`" in each)
        assert f"{main[parameter]['default']} days" in row


def test_every_parameter_and_setting_in_the_paper_is_there() -> None:
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    settings = json.loads((ROOT / "local.settings.sample.json").read_text("utf-8"))["Values"]
    named = set(re.findall(r"`([A-Z]\w+__\w+)`", paper))
    assert named
    assert named - settings.keys() == set()
    scaled = re.search(r"(?ms)^## Scale\n(.*?)^## ", paper)
    assert scaled
    parameters = re.findall(r"`([a-z]\w+)[.`:]", scaled[1])
    known = {*declared(MAIN, "parameters"), "queue"}
    assert [each for each in parameters if each not in known] == []


def test_every_timer_is_in_the_paper() -> None:
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    code = (ROOT / "function_app.py").read_text("utf-8")
    timers = set(re.findall(r'register_timer\(\s*app,\s*"(\w+)"', code))
    assert len(timers) >= 5
    section = paper.partition("## Timers")[2].partition("\n## ")[0]
    assert timers <= set(re.findall(r"`(\w+)`", section))


def test_the_language_of_a_run_is_in_the_paper() -> None:
    paper = (ROOT / "docs" / "operations.md").read_text("utf-8")
    words = set(re.findall(r"`(\w+)`", paper.partition("## The language of a run")[2]))
    fields = {field.alias or name for name, field in RunStatus.model_fields.items()}
    assert fields <= words
    assert set(get_args(RunState.__value__)) <= words
    assert set(get_args(Route.__value__)) <= words
