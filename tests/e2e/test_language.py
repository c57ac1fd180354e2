"""English gets English, whatever the conversation's language is."""

import re

from tests.e2e.conftest import Erp
from tests.e2e.people import Person

ENGLISH = frozenset(
    "the is are you your what which when how can do with for to of it i need".split()
)
SPANISH = frozenset(
    "el la los las un una es son que qué para con de del por necesito fecha".split()
)


def is_english(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return sum(word in ENGLISH for word in words) > sum(word in SPANISH for word in words)


async def test_small_talk_in_english(ana: Person) -> None:
    run = await ana.say(await ana.open_conversation(), "Hello, how are you today?")
    assert is_english(run.text), run.text


async def test_an_order_in_english(ana: Person, erp: Erp) -> None:
    before = await erp.tasks("review the Globex contract")
    run = await ana.say(
        await ana.open_conversation(),
        "Create a task: review the Globex contract, high priority, by 2036-12-04",
    )
    (task,) = [t for t in await erp.tasks("review the Globex contract") if t not in before]
    assert (task["priority"], task["dueDate"]) == ("alta", "2036-12-04")
    assert is_english(run.text), run.text
    assert str(task["id"]) in run.text


async def test_missing_data_is_asked_for_in_english(ana: Person) -> None:
    run = await ana.say(await ana.open_conversation(), "I want to create a task")
    (question,) = run.of("question")
    assert is_english(question["text"]), question["text"]
    assert {each["field"] for each in question["missing"]} == {"title", "dueDate"}


async def test_the_language_may_change_within_a_conversation(ana: Person) -> None:
    conversation = await ana.open_conversation()
    spanish = await ana.say(conversation, "Hola, ¿cómo va?")
    english = await ana.say(conversation, "Hello, how are you today?")
    assert not is_english(spanish.text), spanish.text
    assert is_english(english.text), english.text
