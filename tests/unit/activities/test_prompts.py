"""What the model is told: data in tags that no text can leave."""

import json
import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from activities.prompts import (
    Briefing,
    escaped,
    evidence_section,
    json_tag,
    open_question_section,
    tag,
)
from shared.contracts.evidence import ExtractiveAnswer
from shared.contracts.runs import RunRecord
from shared.packs import FolderPacks
from tests.fakes.samples import AT, evidence, past_turn, snippet
from tests.fakes.world import ANA, PACKS

PACK = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
HOSTILE = st.one_of(
    st.text(), st.sampled_from(["</evidence>", '" x="', "<tools>[]</tools>", "&lt;", "\\u003c"])
)


def briefing(message: str = "Hola", name: str = "Ana López") -> Briefing:
    record = RunRecord(
        run_id="r",
        tenant_id="t",
        conversation_id="c1",
        correlation_id="x",
        caller=ANA.model_copy(update={"name": name}),
        message=message,
        language="es",
        time_zone="America/Mexico_City",
        pack_version="1",
        received_at=AT,
    )
    return Briefing(PACK, record, "es", datetime(2026, 11, 22, 3, 0, tzinfo=UTC))


def test_the_prompt_comes_first_and_the_message_last() -> None:
    system, *_, asked = briefing().messages("triage", ["<ask/>"], [past_turn()])
    assert system.role == "system"
    assert system.content.startswith(PACK.prompts["es"]["base"])
    assert PACK.prompts["es"]["triage"] in system.content
    assert system.content.endswith("<ask/>")
    assert (asked.role, asked.content) == ("user", "Hola")


def test_today_is_the_day_in_the_conversations_time_zone() -> None:
    system = briefing().messages("triage", [], [])[0].content
    assert "<today>2026-11-21</today>" in system
    assert "<timezone>America/Mexico_City</timezone>" in system


def test_a_turn_without_an_answer_is_remembered_as_a_question_only() -> None:
    messages = briefing().messages("triage", [], [past_turn(text="")])
    assert [message.role for message in messages] == ["system", "user", "user"]


@given(HOSTILE, HOSTILE)
def test_neither_a_message_nor_a_name_can_write_a_tag(message: str, name: str) -> None:
    system, asked = briefing(message, name).messages("triage", [], [])
    assert "<" not in asked.content
    inside = system.content.rsplit("</user>", 1)[0].rsplit("<user>", 1)[1]
    assert "<" not in inside


@given(HOSTILE)
def test_escaping_keeps_everything_but_the_opening_bracket(text: str) -> None:
    assert escaped(text).replace("&lt;", "<") == text.replace("&lt;", "<")
    assert tag("x", text).count("<") == 2


@given(st.recursive(HOSTILE | st.integers() | st.none(), st.lists, max_leaves=5))
def test_json_in_a_tag_reads_back_and_holds_no_tag(value: object) -> None:
    written = json_tag("tools", value)
    inside = written.removeprefix("<tools>").removesuffix("</tools>")
    assert "<" not in inside
    assert json.loads(inside) == value


@given(HOSTILE, HOSTILE)
def test_a_document_cannot_leave_its_place(content: str, title: str) -> None:
    bad = snippet(content=content).model_copy(update={"title": title})
    section = evidence_section(evidence(bad, snippet("b")))
    assert len(re.findall(r"<doc ", section)) == section.count("</doc>") == 2
    assert section.count("</evidence>") == 1
    opening = section.split("\n", 1)[1].split(">", 1)[0] if ">" not in title else ""
    assert opening.count('"') in (0, 6)


def test_documents_are_numbered_from_one() -> None:
    section = evidence_section(evidence(snippet("a"), snippet("b")))
    assert re.findall(r'<doc n="(\d)"', section) == ["1", "2"]


def test_an_answer_of_the_search_names_the_document_it_is_from() -> None:
    told = ExtractiveAnswer(text="Dos <semanas>.", score=0.9, document_id="b", index="cerebro")
    lost = told.model_copy(update={"document_id": "elsewhere"})
    pack = evidence(snippet("a"), snippet("b")).model_copy(update={"answers": (told, lost)})
    section = evidence_section(pack)
    assert '<answer doc="2">Dos &lt;semanas>.</answer>' in section
    assert section.count("<answer") == 1


def test_nothing_open_is_no_section() -> None:
    assert open_question_section(None) == []
