"""A record that nobody names is taken only when no other can be meant."""

from collections.abc import Sequence
from datetime import date

import pytest

from shared.contracts.conversations import Mentioned
from shared.contracts.plan import MissingField
from shared.packs import FolderPacks
from shared.tools.arguments import Checked, Offered, check
from shared.tools.entities import Directory, Lookup, lookup_for, lookup_to_offer, rule_of
from shared.tools.plan_schema import Proposed
from shared.tools.sources import Sources, Text
from tests.fakes.world import PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
UPDATE = PACK.tools["updateTask"]
SUNDAY = date(2026, 11, 22)
INSURANCE = Mentioned(type="task", id="T-1", name="Renovar el seguro", name_field="title")
LAMPS = Mentioned(type="task", id="T-2", name="Pedir luminarias", name_field="title")
PROJECT = Mentioned(type="project", id="P-1", name="Alumbrado")
RULE = rule_of(UPDATE.arguments["properties"]["id"])


def directory(*tasks: Mentioned) -> Directory:
    """The ERP has these tasks, finds each by its id, and offers them all."""
    assert RULE is not None
    offered = lookup_to_offer(RULE)
    assert offered is not None
    items: list[dict[str, object]] = [{"id": each.id, "title": each.name} for each in tasks]
    found: dict[Lookup, Sequence[dict[str, object]]] = {offered: items}
    for each, item in zip(tasks, items, strict=True):
        found[lookup_for(RULE, each.id, each.id)] = [item]
    return Directory(found, kinds={"findTasks": "task"})


def checked(
    message: str,
    proposed: Mentioned | None,
    *groups: Sequence[Mentioned],
    together: Sequence[str] = (),
    event: str | None = None,
    nearby: Sequence[Mentioned] = (),
) -> Checked:
    """The model proposes the record, read off the conversation; or off the event."""
    known = [each for group in groups for each in group]
    texts = [Text(message, SUNDAY)]
    texts += [Text(each.id, SUNDAY, "erp", record=each.id, field="id") for each in known]
    texts += [Text(event, SUNDAY, "cerebro", "d1", is_event=True)] if event else []
    offers = {"priority": Proposed(value="urgente", source="user", quote="urgente")}
    if proposed is not None:
        source = "cerebro" if event else "erp"
        offers["id"] = Proposed.model_validate(
            {"value": proposed.id, "source": source, "quote": proposed.id}
        )
    offered = Offered(UPDATE, offers, ("id",), together=frozenset(together))
    sources = Sources(tuple(texts), SUNDAY, mentioned=groups, nearby=nearby)
    return check(offered, sources, directory(INSURANCE, LAMPS), "es")


def question(result: Checked) -> MissingField:
    assert "id" not in result.call.args
    (field,) = result.missing
    assert field.field == "id"
    return field


def offered_by(result: Checked) -> list[str]:
    return [choice.value for choice in question(result).choices]


def test_the_only_task_that_was_spoken_of_is_meant() -> None:
    result = checked("Ponla urgente", INSURANCE, [INSURANCE, PROJECT])
    assert result.call.args == {"id": "T-1", "priority": "urgente"}
    origin = result.call.provenance["id"]
    assert (origin.source, origin.record, origin.field) == ("erp", "T-1", "id")


def test_of_two_that_were_spoken_of_together_the_person_chooses() -> None:
    result = checked("Ponla urgente", INSURANCE, [INSURANCE, LAMPS])
    assert offered_by(result) == ["T-1", "T-2"]
    assert [choice.label for choice in question(result).choices] == [
        "Renovar el seguro (T-1)", "Pedir luminarias (T-2)"
    ]  # fmt: skip


def test_what_was_spoken_of_last_is_meant_and_nothing_before_it() -> None:
    assert checked("Ponla urgente", LAMPS, [LAMPS], [INSURANCE]).call.args["id"] == "T-2"
    assert offered_by(checked("Ponla urgente", INSURANCE, [LAMPS], [INSURANCE])) == ["T-2"]


@pytest.mark.parametrize(
    "message",
    ["Pon la del seguro urgente", "Pon la primera como urgente", "T-1 es urgente"],
)
def test_a_word_of_its_name_its_place_or_its_code_tells_it_from_the_others(message: str) -> None:
    both = [INSURANCE, LAMPS]
    assert checked(message, INSURANCE, both).call.args["id"] == "T-1"
    assert offered_by(checked(message, LAMPS, both)) == ["T-1", "T-2"]


@pytest.mark.parametrize(
    "message",
    [
        "Ponla urgente para el 1 de diciembre",
        "Pon urgente la del seguro, no, la de luminarias",
        "Ponla urgente, es para pedir el seguro",
    ],
)
def test_what_speaks_for_several_speaks_for_none(message: str) -> None:
    both = [INSURANCE, LAMPS]
    assert offered_by(checked(message, INSURANCE, both)) == ["T-1", "T-2"]


def test_all_of_them_may_be_meant_together() -> None:
    both, ids = [INSURANCE, LAMPS], ["T-1", "T-2"]
    assert checked("Ponlas urgente", INSURANCE, both, together=ids).call.args["id"] == "T-1"
    assert offered_by(checked("Pon eso urgente", INSURANCE, both, together=ids)) == ids
    assert offered_by(checked("Ponlas urgente", INSURANCE, both, together=["T-1"])) == ids


def test_when_nothing_was_spoken_of_the_question_offers_what_the_erp_has() -> None:
    assert offered_by(checked("Ponla urgente", None)) == ["T-1", "T-2"]
    assert offered_by(checked("Ponla urgente", None, [PROJECT])) == ["T-1", "T-2"]


def test_an_event_nearby_tells_the_task_when_it_is_about_one() -> None:
    event = "task.created: task T-1"
    result = checked("Ponla urgente", INSURANCE, event=event, nearby=[INSURANCE, PROJECT])
    assert result.call.args["id"] == "T-1"
    origin = result.call.provenance["id"]
    assert (origin.source, origin.document, origin.record) == ("cerebro", "d1", "T-1")
    both = checked("Ponla urgente", INSURANCE, event=event, nearby=[INSURANCE, LAMPS])
    assert offered_by(both) == ["T-1", "T-2"]


def test_an_event_of_another_conversation_must_be_named() -> None:
    event = "createTask: title = Renovar el seguro, id = T-1"
    assert offered_by(checked("Ponla urgente", INSURANCE, event=event)) == ["T-1", "T-2"]
    assert checked("Pon el seguro urgente", INSURANCE, event=event).call.args["id"] == "T-1"
