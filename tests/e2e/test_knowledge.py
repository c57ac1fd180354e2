"""Questions answered from Cerebro, and what Cerebro learns from what was done."""

import re
from pathlib import Path

from tests.e2e.cloud import Services, running_host
from tests.e2e.conftest import Erp
from tests.e2e.people import Person, Run
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings

MARK = re.compile(r"\[(\d+)\]")
TELLING_WORD = re.compile(r"\w{5,}|\d[\d.,]*\d")


def claims(text: str) -> list[tuple[str, list[int]]]:
    """The sentences of an answer that bear marks, with the numbers of the marks."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", text)
    return [
        (MARK.sub("", sentence), [int(mark) for mark in MARK.findall(sentence)])
        for sentence in sentences
        if MARK.search(sentence)
    ]


async def assert_documents_say_so(run: Run, stores: Stores) -> None:
    citations = {each["number"]: each for each in run.of("citations")[0]["citations"]}
    cited = claims(run.text)
    assert cited
    assert {number for _, numbers in cited for number in numbers} == set(citations)
    for sentence, numbers in cited:
        for number in numbers:
            document = await stores.document(citations[number]["documentId"])
            said = set(TELLING_WORD.findall(f"{document['title']} {document['content']}".lower()))
            words = set(TELLING_WORD.findall(sentence.lower()))
            assert len(words & said) >= 0.7 * len(words), (sentence, document["title"])
            assert citations[number]["title"] == document["title"]
            assert citations[number]["url"] == document["url"]
            assert citations[number]["verified"] is True


async def test_a_question_is_answered_with_citations_of_documents_that_say_so(
    ana: Person, stores: Stores
) -> None:
    conversation = await ana.open_conversation()
    run = await ana.say(conversation, "¿Qué necesito para renovar la licencia?")
    assert run.states == [
        "RECEIVED",
        "TRIAGED",
        "RETRIEVED_CONTEXT",
        "PLANNED",
        "STREAMING_RESPONSE",
        "DONE",
    ]
    assert not run.of("tool")
    assert "licencia" in run.text.lower()
    await assert_documents_say_so(run, stores)
    titles = [each["title"].lower() for each in run.of("citations")[0]["citations"]]
    assert any("renov" in title and "licencia" in title for title in titles)
    kinds = [event.type for event in run.events]
    assert kinds.index("citations") > max(i for i, kind in enumerate(kinds) if kind == "text")


async def test_documents_beside_the_question_are_answered_from_as_those_above_it_are(
    services: Services, around: Surroundings, stores: Stores, tmp_path: Path
) -> None:
    with running_host(services, tmp_path / "host", settings={"Search__Inject": "user"}) as host:
        ana = Person(around.http, host.url, await around.token("ana"))
        conversation = await ana.open_conversation()
        run = await ana.say(conversation, "¿Qué necesito para renovar la licencia?")
        await assert_documents_say_so(run, stores)
        unknown = await ana.say(conversation, "¿Cuál es la velocidad de la luz en el vacío?")
        assert unknown.text.startswith("La documentación no lo dice")


async def test_an_english_question_is_answered_from_documents_too(
    ana: Person, stores: Stores
) -> None:
    conversation = await ana.open_conversation(language="en")
    run = await ana.say(conversation, "What do I need to renew my activity licence?")
    assert "licence" in run.text.lower()
    await assert_documents_say_so(run, stores)


async def test_a_question_that_no_document_answers_gets_no_citations(ana: Person) -> None:
    conversation = await ana.open_conversation()
    run = await ana.say(conversation, "¿Cuál es la velocidad de la luz en el vacío?")
    assert run.text
    assert not run.of("citations")
    assert run.end["type"] == "done"


async def test_what_was_done_can_be_asked_for_later_within_the_tenant_only(
    ana: Person, olga: Person, erp: Erp, title: str, stores: Stores
) -> None:
    conversation = await ana.open_conversation()
    done = await ana.say(conversation, f"Crea una tarea: {title}, para el 2036-12-04")
    assert done.end["memory"] == "stored"
    (task,) = await erp.tasks(title)
    question = f"¿Qué se sabe de la tarea {title}?"
    hers = await ana.say(await ana.open_conversation(), question)
    events = [e for e in await stores.items("events") if e.get("runId") == done.run_id]
    flow = next(event for event in events if event["kind"] == "flow.executed")
    assert flow["entities"] == [{"type": "task", "id": task["id"]}]
    cited = {each["documentId"] for found in hers.of("citations") for each in found["citations"]}
    assert flow["eventId"] in cited
    assert (await stores.document(flow["eventId"]))["tenantId"] == flow["tenantId"]
    others = await olga.say(await olga.open_conversation(), question)
    assert title not in str([event.data for event in others.events if event.type != "text"])
    evidence = await stores.of_run("runs", others.run_id)
    assert flow["eventId"] not in str(evidence)
    assert str(task["id"]) not in others.text
