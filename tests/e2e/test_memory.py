"""A long conversation goes on: what is old is folded behind the end of a turn."""

from typing import Any

from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.waiting import until

LONG = "Hola. " + "Te cuento que el despacho de la planta baja sigue como siempre. " * 100


async def test_older_turns_become_a_summary_that_nobody_waited_for(
    ana: Person, stores: Stores
) -> None:
    conversation = await ana.open_conversation()

    async def summaries() -> list[dict[str, Any]]:
        query = "select * from c where c.conversationId = @there and c.kind = 'summary'"
        return await stores.items("conversations", query, there=conversation)

    first = await ana.say(conversation, LONG)
    assert await summaries() == []
    await ana.say(conversation, LONG)
    (summary,) = await until(summaries)
    assert (summary["runId"], summary["id"]) == (first.run_id, f"summary-{first.run_id}")
    assert "Te cuento" in summary["text"]
    assert (await ana.say(conversation, "Gracias")).end["finishReason"] == "stop"
    assert len(await summaries()) == 1


async def test_a_short_conversation_has_no_summary(ana: Person, stores: Stores) -> None:
    conversation = await ana.open_conversation()
    for message in ("Hola", "Gracias", "Adiós"):
        await ana.say(conversation, message)
    query = "select c.id from c where c.conversationId = @there"
    kinds = {
        each["id"].partition("-")[0]
        for each in await stores.items("conversations", query, there=conversation)
    }
    assert kinds == {"conversation", "turn"}
