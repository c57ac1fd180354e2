"""What the settings make of telemetry: whom they tell, and what is put around the adapters."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.runs import Usage
from shared.errors import ConfigurationError
from shared.observing import (
    build_telemetry,
    erp_watchers,
    search_policies,
    traced,
    traced_knowledge,
)
from shared.settings import Settings, get_settings
from shared.telemetry.exporting import Exports
from shared.telemetry.recording import Recorder
from shared.telemetry.records import TracedDeadLetters, TracedEffects
from shared.telemetry.services import TracedKnowledge, TracedTools
from shared.telemetry.steps import TracedLog
from tests.fakes.telemetry import telling
from tests.fakes.world import World
from tests.unit.shared.test_settings import COMPLETE

type Built = list[Exports]


@pytest.fixture(autouse=True)
def only_these_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    """What recorders are asked to be built of, without building one."""
    asked: Built = []

    def build(exports: Exports) -> Recorder | None:
        asked.append(exports)
        return None

    monkeypatch.setattr("shared.telemetry.exporting.build_recorder", build)
    return asked


def test_without_a_setting_nobody_is_told(built: Built) -> None:
    assert build_telemetry(Settings()) is None
    assert built == []


def test_a_connection_string_is_enough_for_application_insights(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=made-up")
    build_telemetry(get_settings())
    assert built[0].connection == "InstrumentationKey=made-up"
    assert "made-up" not in repr(built[0])
    assert "InstrumentationKey" not in repr(get_settings())


def test_files_the_part_of_the_traces_and_prices_are_settings(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("Telemetry__Folder", "/somewhere/told")
    monkeypatch.setenv("Telemetry__SampleRatio", "0.25")
    monkeypatch.setenv("Telemetry__Currency", "EUR")
    monkeypatch.setenv("Telemetry__Prices", '{"gpt-4o": {"input": 2.5, "output": 10}}')
    build_telemetry(get_settings())
    (exports,) = built
    assert exports.folder == Path("/somewhere/told")
    assert exports.ratio == 0.25
    assert exports.prices.currency == "EUR"
    million = Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000)
    assert exports.prices.cost(("gpt-4o",), million) == 12.5


def test_prices_that_are_no_map_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("Telemetry__Prices", "cheap")
    with pytest.raises(ConfigurationError, match="Telemetry__Prices"):
        get_settings()


def test_where_nobody_is_told_nothing_is_put_around_the_adapters() -> None:
    deps = World().deps()
    assert traced(deps) is deps
    assert traced_knowledge(deps.knowledge, "") is deps.knowledge
    assert erp_watchers() == []
    assert search_policies() == ()


def test_where_somebody_is_the_adapters_tell_of_what_they_do() -> None:
    deps = World().deps()
    with telling():
        around = traced(deps)
        assert isinstance(around.tools, TracedTools)
        assert isinstance(around.log, TracedLog)
        assert isinstance(around.effects, TracedEffects)
        assert isinstance(around.dead_letters, TracedDeadLetters)
        assert isinstance(traced_knowledge(deps.knowledge, ""), TracedKnowledge)
        assert len(erp_watchers()) == len(search_policies()) == 1
