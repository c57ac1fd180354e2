"""What an ERP event is about, in either schema, and which ones nobody understands."""

import pytest

from api.erp_reading import Poison, read_event
from shared.contracts.audit import Entity
from shared.contracts.erp import ErpEvent
from tests.fakes.erp_events import Json, cloud_event, data, grid_event
from tests.fakes.samples import AT
from tests.fakes.world import World

POLICY = World().deps().policy


def understood(envelope: Json) -> ErpEvent:
    event = read_event(envelope, AT, POLICY)
    assert isinstance(event, ErpEvent), event
    return event


def reason(envelope: Json) -> str:
    poison = read_event(envelope, AT, POLICY)
    assert isinstance(poison, Poison)
    assert poison.detail
    return poison.reason


def test_both_schemas_say_the_same() -> None:
    grid, cloud = understood(grid_event()), understood(cloud_event())
    assert cloud.model_copy(update={"source": ""}) == grid
    assert (grid.tenant_id, grid.entity) == ("tenant-a", Entity(type="task", id="T-7"))
    assert (grid.changed, grid.changed_by, grid.correlation_id) == (
        ("status",), "user-marta", "erp-1"
    )  # fmt: skip


def test_a_cloud_event_is_known_by_its_source_and_id_together() -> None:
    keys = {understood(cloud_event(source=source)).key for source in ("/a", "/a", "/b")}
    assert len(keys) == 2


def test_a_cloud_event_without_a_time_happened_when_it_came() -> None:
    assert understood(cloud_event(time=None)).at == AT


def test_a_time_may_have_an_offset_or_as_many_digits_as_event_grid_gives_it() -> None:
    offset = understood(cloud_event(time="2026-11-22T11:00:00+01:00"))
    digits = understood(grid_event(eventTime="2026-11-22T10:00:00.0000001Z"))
    assert offset.at == AT == digits.at


@pytest.mark.parametrize("subject", ["/tenants/tenant-a/tasks/T-7", "tenants/tenant-a/tasks/T-7"])
def test_the_subject_may_say_what_the_data_does_not(subject: str) -> None:
    event = understood(grid_event(about=data(tenantId=None, id=None), subject=subject))
    assert (event.tenant_id, event.entity.id) == ("tenant-a", "T-7")


@pytest.mark.parametrize("subject", ["", "sub/x", "T-9", "anything at all, really?"])
def test_a_subject_that_names_no_tenant_is_only_a_subject(subject: str) -> None:
    assert understood(grid_event(subject=subject)).entity.id == "T-7"


def test_another_kind_of_entity_can_be_named() -> None:
    assert understood(grid_event(about=data(entityType="invoice"))).entity.type == "invoice"


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        grid_event(data=None),
        grid_event(data="text"),
        grid_event(data=[1]),
        grid_event(id=""),
        grid_event(id=7),
        grid_event(eventType=None),
        grid_event(eventTime=None),
        grid_event(eventTime="yesterday"),
        grid_event(about=data(id="../x")),
        grid_event(about=data(id="x" * 129)),
        grid_event(about=data(id=None), subject=""),
        grid_event(about=data(tenantId=None), subject="T-7"),
        grid_event(about=data(record="x")),
        grid_event(about=data(tenantId="tenant-b")),
        grid_event(about=data(id="T-8")),
        cloud_event(specversion="0.3"),
        cloud_event(source=None),
        cloud_event(data=None),
    ],
)
def test_what_breaks_the_schema_is_poison(envelope: Json) -> None:
    assert reason(envelope) == "wrong_schema"


@pytest.mark.parametrize("kind", ["invoice.paid", "tasks.created", "task", "Task.created", "x"])
def test_a_type_that_is_not_declared_is_refused(kind: str) -> None:
    assert reason(grid_event(kind=kind)) == "unknown_type"
    assert reason(cloud_event(kind=kind)) == "unknown_type"


def test_the_event_of_a_tenant_we_do_not_know_is_refused() -> None:
    assert reason(grid_event(about=data(tenantId="tenant-x"), subject="")) == "unknown_tenant"


def test_what_is_wrong_is_told_without_the_events_words() -> None:
    poison = read_event(grid_event(about=data(id="secret id!")), AT, POLICY)
    assert isinstance(poison, Poison)
    assert poison.detail == "data.id: string_pattern_mismatch"
