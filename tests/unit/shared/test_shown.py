"""How a call is shown to people."""

import pytest
from pydantic import ValidationError

from shared.contracts.outcomes import shown
from shared.contracts.runs import ToolOutcome
from shared.contracts.shown import record_url_of
from shared.contracts.tools import ToolContract
from tests.fakes.world import PACKS, World

TASK = World().deps().packs.get("2026.11").tools["createTask"]
BASE = "https://erp.example.org/app/{tenantId}/"


def test_a_record_is_below_the_pages_of_the_erp() -> None:
    found = record_url_of(TASK, {"id": "T-1"}, BASE, "tenant a")
    assert found == "https://erp.example.org/app/tenant%20a/tasks/T-1"


@pytest.mark.parametrize("record_id", ["../admin", "a?b#c", "javascript:alert(1)", "ñ/x"])
def test_an_id_stays_one_part_of_the_path(record_id: str) -> None:
    found = record_url_of(TASK, {"id": record_id}, BASE, "t")
    assert found is not None
    assert found.startswith("https://erp.example.org/app/t/tasks/")
    assert set(found.removeprefix("https://erp.example.org/app/t/tasks/")) & set("/?#:") == set()


def test_without_a_record_pages_or_a_path_there_is_no_link() -> None:
    bare = TASK.model_copy(update={"record_url": None})
    assert record_url_of(TASK, None, BASE, "t") is None
    assert record_url_of(TASK, {"items": []}, BASE, "t") is None
    assert record_url_of(TASK, {"id": "T-1"}, None, "t") is None
    assert record_url_of(bare, {"id": "T-1"}, BASE, "t") is None
    assert record_url_of(None, {"id": "T-1"}, BASE, "t") is None


@pytest.mark.parametrize("path", ["tasks/{id}", "/tasks", "//evil.example/{id}", "/{name}/{id}"])
def test_a_pack_cannot_lead_anywhere_else(path: str) -> None:
    with pytest.raises(ValidationError):
        ToolContract.model_validate(TASK.model_dump() | {"record_url": path})


def test_a_call_of_a_pack_that_is_gone_has_no_words() -> None:
    outcome = ToolOutcome(call_id="c0", tool="createTask", status="ok", args={"title": "x"})
    view = shown(outcome, None, "en", BASE, "t")
    assert (view.label, view.labels, view.record_url) == (None, {}, None)
    named = shown(outcome, TASK, "en", BASE, "t")
    assert (named.label, named.labels) == ("Create task", {"title": "title"})


def test_every_tool_of_the_packs_has_a_label_in_every_language() -> None:
    packs = World().deps().packs
    for version in packs.versions:
        for name, tool in packs.get(version).tools.items():
            assert set(tool.label) == {"es", "en"}, (PACKS, name)
