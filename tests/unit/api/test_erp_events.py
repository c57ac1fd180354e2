"""ERP events: kept once, remembered, told to the conversations and runs they concern."""

import asyncio
import json
from dataclasses import dataclass, replace

import pytest

from api.erp_events import MAX_BYTES, MAX_DELIVERIES, receive
from api.identifiers import new_id
from shared.contracts.audit import AuditEvent, Entity, concerning
from shared.contracts.erp import UNKNOWN_TENANT, DeadLetter
from shared.contracts.events import NotificationEvent, StateEvent
from shared.contracts.masking import MASK
from shared.contracts.runs import RunOutcome
from shared.contracts.tools import Pack
from shared.errors import ModelError, SearchError, StoreError
from shared.ports import LogItem, Packs
from shared.streams.writing import LogWriter
from tests.fakes.erp_events import Json, cloud_event, data, grid_event
from tests.fakes.log_events import done, numbers, texts
from tests.fakes.samples import AT
from tests.fakes.stores import FakeLogItems
from tests.fakes.world import OLGA, RUN_ID, World

TASK = Entity(type="task", id="T-7")


async def concerned(*conversations: str) -> World:
    """A world with a conversation `c1` of Ana's, linked to T-7 like the others named."""
    world = World()
    await world.converse()
    for conversation in conversations:
        await world.entities.link("tenant-a", TASK, conversation)
    return world


async def with_open_run(*, ended: bool = False) -> World:
    world = await concerned("c1")
    await world.begin("Hola")
    conversation = await world.converse()
    assert await world.conversations.claim(conversation, RUN_ID, (), AT)
    await world.log.create(RUN_ID, LogItem(1, (StateEvent(state="RECEIVED"),), "start", "w"))
    if ended:
        await world.log.create(RUN_ID, LogItem(2, (done(),), "end/terminal", "w"))
    return world


async def deliver(world: World, *envelopes: Json) -> None:
    texts = [json.dumps(envelope, ensure_ascii=False) for envelope in envelopes]
    await asyncio.gather(*(receive(text, world.deps()) for text in texts))


def lines(world: World) -> list[AuditEvent]:
    return list(world.audit.events.values())


def letter(world: World) -> DeadLetter:
    (only,) = world.dead_letters.letters.values()
    return only


def notifications(world: World) -> list[NotificationEvent]:
    events = [event for item in world.log.runs[RUN_ID].values() for event in item.events]
    return [event for event in events if isinstance(event, NotificationEvent)]


@pytest.mark.parametrize("envelope", [grid_event(), cloud_event()])
async def test_an_event_is_in_the_timeline_of_the_conversation_it_concerns(envelope: Json) -> None:
    world = await concerned("c1")
    await deliver(world, envelope)
    (line,) = lines(world)
    assert (line.tenant_id, line.conversation_id, line.kind) == ("tenant-a", "c1", "erp.event")
    assert (line.actor.user_id, line.entities, line.run_id) == ("user-marta", (TASK,), None)
    assert line.erp is not None
    assert (line.erp.type, line.erp.changed) == ("task.updated", ("status",))
    assert line.erp.record["title"] == "Revisar contrato ACME"


async def test_an_event_that_concerns_nobody_is_remembered_all_the_same() -> None:
    world = await concerned()
    await deliver(world, grid_event())
    assert lines(world) == []
    (document,) = world.knowledge.documents.values()
    assert (document.kind, document.tenant_id) == ("event", "tenant-a")
    assert document.title == "En el ERP ha cambiado la tarea T-7 «Revisar contrato ACME»"
    assert "estado: en curso" in document.content.splitlines()
    assert document.entities[0] == "task:T-7"


async def test_an_event_is_also_about_the_records_that_its_record_refers_to() -> None:
    assert concerning(TASK, {"projectId": "P-1", "tenantId": "t", "ownerId": None, "x": "y"}) == (
        "task:T-7",
        "project:P-1",
    )


async def test_what_is_remembered_of_an_event_holds_no_ids_of_systems() -> None:
    guid = "a1000000-0000-4000-8000-000000000001"
    record = {
        "id": "T-7",
        "title": "Renovar la licencia",
        "dueDate": "2026-12-04",
        "priority": "alta",
        "assignee": guid,
        "createdBy": guid,
        "tenantId": "11111111-1111-4111-8111-111111111111",
        "createdAt": "2026-11-22T10:00:00Z",
    }
    world = await concerned()
    await deliver(world, grid_event(kind="task.created", about=data(record=record)))
    (document,) = world.knowledge.documents.values()
    assert document.title == "En el ERP se ha creado la tarea T-7 «Renovar la licencia»"
    assert sorted(document.content.splitlines()) == sorted(
        [
            f"{document.title}. (domingo 22 de noviembre de 2026)",
            "título: Renovar la licencia",
            "fecha límite: viernes 4 de diciembre de 2026",
            "prioridad: alta",
        ]
    )


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("task.created", ("employee", "manager")),
        ("project.updated", ("employee", "manager")),
        ("user.created", ("manager",)),
    ],
)
async def test_an_event_is_for_those_who_may_read_such_records(
    kind: str, roles: tuple[str, ...]
) -> None:
    world = await concerned()
    await deliver(world, grid_event(kind=kind))
    (document,) = world.knowledge.documents.values()
    assert document.allowed_roles == roles


async def test_the_same_id_at_another_tenant_concerns_other_conversations() -> None:
    world = await concerned("c1")
    world.conversations.stored["tenant-b", "c1"] = (await world.converse()).model_copy(
        update={"tenant_id": "tenant-b", "owner_id": OLGA.user_id}
    )
    await world.entities.link("tenant-b", TASK, "c1")
    await deliver(world, grid_event())
    assert [line.tenant_id for line in lines(world)] == ["tenant-a"]


async def test_a_conversation_that_was_erased_gets_nothing() -> None:
    world = await concerned("c1", "c-erased")
    await deliver(world, grid_event())
    assert [line.conversation_id for line in lines(world)] == ["c1"]


@pytest.mark.parametrize("times", [2, 5])
async def test_duplicates_at_once_and_later_change_nothing(times: int) -> None:
    world = await with_open_run()
    await deliver(world, *(grid_event() for _ in range(times)))
    await deliver(world, grid_event())
    assert len(lines(world)) == 1
    assert len(notifications(world)) == 1
    assert len(world.knowledge.documents) == 1
    (seen,) = world.entities.seen.values()
    assert seen.state == "done"


async def test_the_first_delivery_decides_what_the_event_says() -> None:
    world = await concerned("c1")
    await deliver(world, grid_event())
    await deliver(world, grid_event(about=data(changed=["title"])))
    (line,) = lines(world)
    assert line.erp is not None
    assert line.erp.changed == ("status",)


async def test_an_open_run_is_told_in_the_language_of_its_conversation() -> None:
    world = await with_open_run()
    await deliver(world, grid_event())
    (told,) = notifications(world)
    assert (told.kind, told.entity) == ("task.updated", TASK)
    assert told.text == "En el ERP ha cambiado la tarea T-7 «Revisar contrato ACME»."


async def test_a_verb_or_kind_without_a_sentence_is_told_by_its_name() -> None:
    world = await with_open_run()
    about = data(entityType="invoice", record={})
    await deliver(world, grid_event(kind="task.escalated", about=about))
    assert (await world.entities.conversations("tenant-a", TASK)) == ("c1",)
    assert notifications(world) == []
    await world.entities.link("tenant-a", Entity(type="invoice", id="T-7"), "c1")
    await deliver(world, grid_event("e-2", kind="task.escalated", about=about))
    (told,) = notifications(world)
    assert told.text == "En el ERP: task.escalated de invoice T-7."


async def test_the_run_whose_own_effect_it_is_knows_already() -> None:
    world = await with_open_run()
    await deliver(world, grid_event(about=data(correlationId="corr-1")))
    assert notifications(world) == []
    assert len(lines(world)) == 1


async def test_a_run_that_began_afterwards_is_not_told_by_a_second_delivery() -> None:
    world = await with_open_run()
    world.knowledge.failure = SearchError("away")
    with pytest.raises(SearchError):
        await deliver(world, grid_event())
    world.knowledge.failure = None
    later = new_id()
    await world.begin("Hola", run_id=later)
    assert await world.conversations.claim(await world.converse(), later, (), AT)
    await world.log.create(later, LogItem(1, (StateEvent(state="RECEIVED"),), "start", "w"))
    await deliver(world, grid_event())
    assert len(world.log.runs[later]) == 1
    assert len(notifications(world)) == 1


async def test_nothing_follows_the_end_of_a_run() -> None:
    world = await with_open_run(ended=True)
    await deliver(world, grid_event())
    assert notifications(world) == []


async def test_a_run_that_is_being_closed_is_left_alone() -> None:
    world = await with_open_run()
    outcome = RunOutcome(
        run_id=RUN_ID, tenant_id="tenant-a", state="DONE", finish_reason="stop", ended_at=AT
    )
    await world.runs.end(outcome)
    await deliver(world, grid_event())
    assert notifications(world) == []


async def test_a_run_whose_log_has_expired_does_not_begin_another() -> None:
    world = await with_open_run()
    world.log.runs.clear()
    await deliver(world, grid_event())
    assert world.log.runs == {}


class EndsMeanwhile(FakeLogItems):
    """The run's last step writes between the look and the write."""

    async def all(self, run_id: str) -> tuple[LogItem, ...]:
        seen = await super().all(run_id)
        await self.create(run_id, LogItem(seen[-1].last + 1, (done(),), "end/terminal", "w"))
        return seen


async def test_a_run_that_ends_meanwhile_keeps_its_end() -> None:
    world = await with_open_run()
    closing = EndsMeanwhile()
    closing.runs = world.log.runs
    world.log = closing
    await deliver(world, grid_event())
    assert notifications(world) == []
    assert [item.key for item in world.log.runs[RUN_ID].values()][-1] == "end/terminal"


async def test_numbers_have_no_gaps_while_an_answer_is_written() -> None:
    world = await with_open_run()
    writer = LogWriter(world.log, RUN_ID, "respond", "w", 1)

    async def answer() -> None:
        for part in range(20):
            await writer.append(str(part), texts(f"{part}"))

    await asyncio.gather(answer(), deliver(world, *(grid_event(f"e-{n}") for n in range(5))))
    assert numbers(await world.log.all(RUN_ID)) == list(range(1, 27))
    assert len(notifications(world)) == 5


@pytest.mark.parametrize("away", [ModelError("away"), SearchError("away")])
async def test_cerebro_being_away_keeps_nobody_from_being_told_and_is_made_up_for(
    away: ModelError | SearchError,
) -> None:
    world = await with_open_run()
    world.model.failure = world.knowledge.failure = away
    with pytest.raises(type(away)):
        await deliver(world, grid_event())
    assert len(lines(world)) == len(notifications(world)) == 1
    world.model.failure = world.knowledge.failure = None
    await deliver(world, grid_event())
    assert len(world.knowledge.documents) == 1
    assert len(lines(world)) == len(notifications(world)) == 1


@pytest.mark.parametrize(
    "where", ["entities.see", "entities.conversations", "audit.record", "log.create"]
)
async def test_a_store_that_is_away_lets_event_grid_come_again(where: str) -> None:
    world = await with_open_run()
    port, method = where.split(".")
    store = getattr(world, port)

    async def away(*_: object) -> None:
        raise StoreError("away")

    setattr(store, method, away)
    with pytest.raises(StoreError):
        await deliver(world, grid_event())
    delattr(store, method)
    await deliver(world, grid_event())
    assert len(lines(world)) == len(notifications(world)) == 1
    assert world.dead_letters.letters == {}


async def test_what_fails_again_and_again_is_a_dead_letter_in_the_end() -> None:
    world = await concerned("c1")
    world.knowledge.failure = SearchError("refuses it")
    for _ in range(MAX_DELIVERIES):
        with pytest.raises(SearchError):
            await deliver(world, grid_event())
    await deliver(world, grid_event())
    assert (letter(world).reason, letter(world).tenant_id) == ("failed_repeatedly", "tenant-a")
    await deliver(world, grid_event())
    assert len(world.dead_letters.letters) == 1


@pytest.mark.parametrize(
    ("envelope", "reason", "tenant"),
    [
        (grid_event(kind="invoice.paid"), "unknown_type", "tenant-a"),
        (grid_event(about=data(id="../x")), "wrong_schema", "tenant-a"),
        (grid_event(about=data(tenantId="tenant-x"), subject=""), "unknown_tenant", UNKNOWN_TENANT),
        (grid_event(data=None), "wrong_schema", UNKNOWN_TENANT),
        (cloud_event(specversion="9"), "wrong_schema", "tenant-a"),
        (grid_event(about=data(record={"x": "ñ" * MAX_BYTES})), "too_large", "tenant-a"),
    ],
)
async def test_poison_is_kept_once_with_the_reason_and_not_asked_for_again(
    envelope: Json, reason: str, tenant: str
) -> None:
    world = await concerned("c1")
    await deliver(world, envelope, envelope)
    await deliver(world, envelope)
    kept = letter(world)
    assert (kept.reason, kept.tenant_id, kept.event_id) == (reason, tenant, "e-1")
    assert kept.event.startswith('{"')
    assert len(kept.event) < MAX_BYTES
    assert lines(world) == []
    assert world.knowledge.documents == {}


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "5", '"text"', "null", '{"id": NaN}'])
async def test_what_is_no_object_is_kept_as_it_came(text: str) -> None:
    world = World()
    await receive(text, world.deps())
    assert (letter(world).reason, letter(world).event) == ("wrong_schema", text)


async def test_a_dead_letter_that_cannot_be_kept_lets_event_grid_come_again() -> None:
    world = World()

    async def away(letter: DeadLetter) -> None:
        raise StoreError("away")

    world.dead_letters.put = away  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await deliver(world, grid_event(kind="invoice.paid"))


@dataclass(frozen=True, slots=True)
class WithSensitive:
    """A pack whose contracts mark a field as sensitive."""

    inner: Packs
    field: str

    @property
    def current(self) -> str:
        return self.inner.current

    @property
    def versions(self) -> tuple[str, ...]:
        return self.inner.versions

    def get(self, version: str) -> Pack:
        pack = self.inner.get(version)
        tools = {
            name: tool.model_copy(update={"sensitive": (self.field,)})
            for name, tool in pack.tools.items()
        }
        return pack.model_copy(update={"tools": tools})


async def test_what_a_contract_calls_sensitive_is_kept_nowhere() -> None:
    world = await concerned("c1")
    deps = world.deps()
    await receive(
        json.dumps(grid_event()), replace(deps, packs=WithSensitive(deps.packs, "status"))
    )
    everything = f"{lines(world)}{world.entities.seen}{world.knowledge.documents}"
    assert "en_curso" not in everything
    assert MASK in everything


async def test_what_the_erp_told_is_sealed() -> None:
    world = await concerned("c1")
    await deliver(world, grid_event())
    (event,), (link,) = world.audit.events.values(), world.audit.links.values()
    assert [each.event_id for each in link.entries] == [event.event_id]
