"""Orchestrations of another version than the worker's: run, left alone, or failed."""

import logging
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import pytest

from emulator.host.durable.settings import DurableSettings
from emulator.host.durable.versioning import Match, Refusal, Versioning, is_newer
from emulator.tests.host.durable_worker import Hub, SdkWorker, Steps, output

type Context = df.DurableOrchestrationContext

OLD = Versioning("1.0")
NEW = Versioning("2.0")


@pytest.fixture
def worker() -> SdkWorker:
    """An orchestrator that waits for `go` and answers its version and what it was sent."""
    worker = SdkWorker()

    @worker.orchestrator
    def waits(context: Context) -> Steps:
        word = yield context.wait_for_external_event("go")
        return [context.version, word]

    @worker.orchestrator
    def hurries(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime)
        return context.version

    return worker


async def begun(hub: Hub, name: str = "waits") -> str:
    """An orchestration that has got as far as it does by itself."""
    started = await hub.start(name)
    await hub.until(lambda: hub.status(started) == "Running")
    return started


async def test_what_a_newer_app_began_is_left_alone_and_goes_on_with_a_newer_app(
    tmp_path: Path, worker: SdkWorker, caplog: pytest.LogCaptureFixture
) -> None:
    newer = Hub(tmp_path, worker, versioning=NEW)
    await newer.extension.start()
    started = await begun(newer)
    await newer.extension.stop()
    worker.ran.clear()

    older = Hub(tmp_path, worker, versioning=OLD)
    await older.extension.start()
    with caplog.at_level(logging.WARNING):
        await older.management.raise_event(started, "go", '"now"')
        await older.management.raise_event(started, "other", '"later"')
        # Episodes come in order: when this one is over, the other one's turn has been, too.
        assert output(await older.run("hurries")) == "1.0"
    assert "waits" not in worker.ran
    assert older.status(started) == "Running"
    (told,) = [each.getMessage() for each in caplog.records]
    assert started in told
    assert "is of version 2.0, which this app (defaultVersion 1.0" in told
    await older.extension.stop()

    again = Hub(tmp_path, worker, versioning=NEW)
    await again.extension.start()
    assert output(await again.ended(started)) == ["2.0", "now"]
    await again.extension.stop()


async def test_a_termination_waits_for_a_newer_app_too(tmp_path: Path, worker: SdkWorker) -> None:
    newer = Hub(tmp_path, worker, versioning=NEW)
    await newer.extension.start()
    started = await begun(newer)
    await newer.extension.stop()

    older = Hub(tmp_path, worker, versioning=OLD)
    await older.extension.start()
    await older.management.terminate(started, "enough")
    await older.run("hurries")
    assert older.status(started) == "Running"
    await older.extension.stop()

    again = Hub(tmp_path, worker, versioning=NEW)
    await again.extension.start()
    assert (await again.ended(started)).status.value == "Terminated"
    await again.extension.stop()


async def test_under_fail_it_fails_as_it_is_woken(tmp_path: Path, worker: SdkWorker) -> None:
    newer = Hub(tmp_path, worker, versioning=NEW)
    await newer.extension.start()
    started = await begun(newer)
    await newer.extension.stop()
    worker.ran.clear()

    older = Hub(tmp_path, worker, versioning=Versioning("1.0", refusal=Refusal.FAIL))
    await older.extension.start()
    await older.management.raise_event(started, "go", '"now"')
    row = await older.ended(started)
    assert row.status.value == "Failed"
    assert output(row) == (
        "VersionMismatch: Orchestration version did not comply with Worker Versioning"
    )
    assert worker.ran == []
    await older.extension.stop()


@pytest.mark.parametrize(
    ("worker_version", "match", "taken", "left"),
    [
        ("1.0", Match.CURRENT_OR_OLDER, ["1.0", "0.9", "", None], ["1.1", "2.0", "10.0", "1.0.0"]),
        (None, Match.CURRENT_OR_OLDER, ["", None, "0.1"], []),
        ("2026-b", Match.CURRENT_OR_OLDER, ["2026-B", "2026-a", "1.0"], ["2026-c"]),
        ("1.0", Match.STRICT, ["1.0"], ["0.9", "1.0.0", "2.0", None]),
        (None, Match.STRICT, ["", None, "1.0"], []),
        ("1.0", Match.NONE, ["0.9", "2.0", None], []),
    ],
)
def test_which_versions_a_worker_takes(
    worker_version: str | None, match: Match, taken: list[str | None], left: list[str | None]
) -> None:
    versioning = Versioning(worker_version, match)
    assert [each for each in [*taken, *left] if versioning.takes(each)] == taken


def test_numbers_are_compared_as_numbers_and_single_ones_as_text() -> None:
    assert is_newer("10.0", "9.0")
    assert not is_newer("10", "9")


def test_host_json_says_version_and_strategies() -> None:
    section = {
        "defaultVersion": "1.5",
        "versionMatchStrategy": "strict",
        "versionFailureStrategy": "Fail",
    }
    document = {"extensions": {"durableTask": section}}
    read = DurableSettings.from_host_json(document, {})
    assert read.versioning == Versioning("1.5", Match.STRICT, Refusal.FAIL)
    assert DurableSettings.from_host_json({}, {}).versioning == Versioning()


@pytest.mark.parametrize("name", ["versionMatchStrategy", "versionFailureStrategy"])
def test_an_unknown_strategy_is_refused_by_name(name: str) -> None:
    document = {"extensions": {"durableTask": {name: "Newest"}}}
    with pytest.raises(ValueError, match=f"durableTask.{name} must be one of .*, not 'Newest'"):
        DurableSettings.from_host_json(document, {})


async def test_what_was_woken_without_its_code_goes_on_when_woken_with_it(
    tmp_path: Path, worker: SdkWorker
) -> None:
    """As in DurableTask: what its timer is open for has not failed yet."""
    known: set[str] = set()

    @worker.orchestrator
    def dated(context: Context) -> Steps:
        if context.version not in known:
            raise KeyError(context.version)
        far = context.create_timer(context.current_utc_datetime + timedelta(days=3))
        word = context.wait_for_external_event("go")
        yield context.task_any([far, word])
        far.cancel()
        return word.result

    known.add("1.0")
    hub = Hub(tmp_path, worker, versioning=OLD)
    await hub.extension.start()
    started = await begun(hub, "dated")
    known.clear()
    await hub.management.raise_event(started, "go", '"now"')
    await hub.until(lambda: worker.ran.count("dated") == 2)
    assert output(await hub.run("hurries")) == "1.0"
    assert hub.status(started) == "Running"
    known.add("1.0")
    await hub.management.raise_event(started, "wake", "{}")
    assert output(await hub.ended(started)) == "now"
    await hub.extension.stop()
