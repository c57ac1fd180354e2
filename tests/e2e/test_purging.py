"""Durable forgets old runs; people do not notice, and no run is forgotten before its end."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.e2e.cloud import Services, running_host
from tests.e2e.people import Person
from tests.e2e.surroundings import HELD_MS, Durable, Surroundings
from tests.e2e.test_control import decide, new_address, wish
from tests.e2e.waiting import until

A_MONTH = timedelta(days=31)
TICKS = 10
"""Of the host's clock, in a microsecond."""


def let_pass(data: Path, time: timedelta) -> None:
    """All that the stopped host keeps of runs was begun so much earlier."""
    ticks = time // timedelta(microseconds=1) * TICKS
    with closing(sqlite3.connect(data / "durable.db")) as store, store:
        store.execute("UPDATE instances SET created = created - ?", (ticks,))


async def test_old_runs_are_purged_and_can_still_be_read(
    services: Services, tmp_path: Path, around: Surroundings
) -> None:
    data = tmp_path / "host"
    with running_host(services, data) as first:
        ana = Person(around.http, first.url, await around.token("ana"))
        marta = Person(around.http, first.url, await around.token("marta"))
        good = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
        waits = await marta.post(await marta.open_conversation(), wish(new_address()))
        assert waits.body["state"] == "WAITING_APPROVAL"
        await around.fail("model", delayMs=HELD_MS, path="chat/completions")
        async with ana.saying(await ana.open_conversation(), "Hola, ¿cómo va?") as stream:
            await stream.read(1)
            await Durable(around.http, first.url).terminate(stream.run_id)
            first.kill()
    await around.heal()
    let_pass(data, A_MONTH)
    with running_host(services, data) as second:
        ana, marta = (Person(around.http, second.url, each.token) for each in (ana, marta))
        durable = Durable(around.http, second.url)

        over = (good.run_id, stream.run_id)

        async def all_over() -> bool:
            found = [(await durable.instance(run))["runtimeStatus"] for run in over]
            return found == ["Completed", "Terminated"]

        async def purged() -> bool:
            return not any([await durable.knows(run) for run in over])

        await until(all_over)
        await durable.run_timer("purger")
        await until(purged)
        assert await durable.knows(waits.body["runId"])
        told = (await ana.get(f"/runs/{good.run_id}")).body
        assert (told["state"], told["text"]) == ("DONE", good.text)
        assert (await ana.get(f"/runs/{stream.run_id}")).body["state"] == "CANCELLED"
        ended = await ana.follow(stream.run_id)
        assert len(ended.of("error") + ended.of("done")) == 1
        boss = await decide(ana, waits, "approve")
        assert boss.status == 200
        run = await marta.follow(waits.body["runId"])
        assert run.end["type"] == "done"
