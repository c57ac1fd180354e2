"""A run whose producer is dead gets its end all the same."""

from tests.e2e.conftest import Erp
from tests.e2e.people import Person
from tests.e2e.stores import Stores
from tests.e2e.surroundings import HELD_MS, Durable, Surroundings
from tests.e2e.waiting import until


async def test_a_terminated_run_gets_its_one_end_and_frees_the_conversation(
    ana: Person, around: Surroundings, durable: Durable, stores: Stores
) -> None:
    await around.fail("model", delayMs=HELD_MS, path="chat/completions")
    conversation = await ana.open_conversation()
    async with ana.saying(conversation, "Hola, ¿cómo va?") as stream:
        seen = await stream.read(1)
        await durable.terminate(stream.run_id)
        await until(lambda: _is_terminated(durable, stream.run_id))
        await durable.sweep()
        seen += await stream.until(lambda _: False)
    assert [event.type for event in seen] == ["state", "error"]
    end = seen[-1].data
    assert (end["code"], end["retryable"]) == ("CANCELLED", False)
    assert end["correlationId"] == seen[0].data["correlationId"]
    view = (await ana.get(f"/runs/{stream.run_id}")).body
    assert (view["state"], view["finishReason"]) == ("CANCELLED", "cancelled")
    await around.heal()
    again = await ana.say(conversation, "Hola, ¿cómo va?")
    assert again.end["type"] == "done"
    await durable.sweep()
    # The activity that was still asking the model when the run was stopped adds nothing either.
    log = await stores.of_run("streams", stream.run_id)
    assert [event["type"] for item in log for event in item["events"]] == ["state", "error"]


async def test_an_effect_that_was_made_before_the_run_was_stopped_is_still_reported(
    ana: Person, around: Surroundings, durable: Durable, erp: Erp, title: str
) -> None:
    await around.fail("erp", method="POST", delayMs=HELD_MS)
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(await ana.open_conversation(), order) as stream:
        await stream.until(lambda seen: seen[-1].type == "tool")
        await durable.terminate(stream.run_id)
        await until(lambda: _is_terminated(durable, stream.run_id))
        await durable.sweep()
        await around.go_on("erp")
    run = await ana.follow(stream.run_id)
    assert run.events[-1].type == "error"
    assert len(run.of("error") + run.of("done")) == 1

    async def reported() -> bool:
        effects = (await ana.get(f"/runs/{run.run_id}")).body["effects"]
        return bool([effect["status"] for effect in effects] == ["ok"])

    await until(reported)
    assert len(await erp.tasks(title)) == 1
    assert (await ana.follow(run.run_id)).events == run.events


async def _is_terminated(durable: Durable, run_id: str) -> bool:
    return bool((await durable.instance(run_id))["runtimeStatus"] == "Terminated")


async def test_a_run_whose_store_was_away_until_it_failed_gets_its_end_from_the_sweeper(
    ana: Person, around: Surroundings, durable: Durable, erp: Erp, title: str
) -> None:
    conversation = await ana.open_conversation()
    await around.fail("erp", method="POST", delayMs=HELD_MS)
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    async with ana.saying(conversation, order) as stream:
        seen = await stream.until(lambda now: now[-1].type == "tool")
        await around.fail("cosmos", status=503, count=100_000)
        await around.go_on("erp")

    async def failed() -> bool:
        return bool((await durable.instance(stream.run_id))["runtimeStatus"] == "Failed")

    await until(failed)
    await around.heal()
    await durable.sweep()
    run = await ana.follow(stream.run_id, seen)
    assert len(run.of("error") + run.of("done")) == 1
    assert run.events[-1].type == "error"
    # The task may have been made.
    assert run.end["retryable"] is False
    assert run.numbers == list(range(1, len(run.events) + 1))
    assert len(await erp.tasks(title)) == 1
    assert (await ana.say(conversation, "Hola, ¿cómo va?")).end["type"] == "done"
