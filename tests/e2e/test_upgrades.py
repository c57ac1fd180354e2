"""The app is replaced while runs are under way: each goes on under the version it began with."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.cloud import ROOT, Services, running_host
from tests.e2e.conftest import Erp
from tests.e2e.people import Person
from tests.e2e.surroundings import Durable, Surroundings
from tests.e2e.test_control import decide, ended, new_address, sent, wish
from tests.e2e.waiting import until

NEXT_APP = '''
import importlib.util
import sys

sys.path.insert(0, {root!r})

from orchestrators import versions


def next_turn(context):
    """As the released one, behind a step that waits."""
    yield context.create_timer(context.current_utc_datetime)
    return (yield from versions.TURN[versions.FIRST](context))


versions.TURN["2.0"] = next_turn
versions.CHAT["2.0"] = versions.CHAT[versions.FIRST]
spec = importlib.util.spec_from_file_location("released", {path!r})
released = importlib.util.module_from_spec(spec)
spec.loader.exec_module(released)
app = released.app
'''


def next_version(folder: Path) -> Path:
    """The app of tomorrow: its turns take another way, and have a version of their own."""
    folder.mkdir()
    root = str(ROOT)
    code = NEXT_APP.format(root=root, path=str(ROOT / "function_app.py"))
    (folder / "function_app.py").write_text(code, "utf-8")
    shutil.copy(ROOT / "requirements.txt", folder)
    host = json.loads((ROOT / "host.json").read_text("utf-8"))
    host["extensions"]["durableTask"]["defaultVersion"] = "2.0"
    (folder / "host.json").write_text(json.dumps(host), "utf-8")
    return folder


async def way(durable: Durable, run_id: str) -> list[str]:
    """The kinds of what Durable has written down of a run, up to its first activity, once it is
    over for Durable, too."""

    async def over() -> dict[str, Any] | None:
        told: dict[str, Any] = json.loads(await durable.instance_text(run_id))
        assert told["runtimeStatus"] != "Failed", told["output"]
        return told if told["runtimeStatus"] == "Completed" else None

    whole = await until(over)
    assert whole is not None
    kinds = [str(each["EventType"]) for each in whole["historyEvents"]]
    return kinds[: kinds.index("TaskCompleted")]


async def test_a_run_under_way_goes_on_as_it_began_and_new_runs_take_the_new_way(
    services: Services, tmp_path: Path, around: Surroundings, erp: Erp
) -> None:
    address = new_address()
    with running_host(services, tmp_path / "host") as released:
        ana = Person(around.http, released.url, await around.token("ana"))
        marta = Person(around.http, released.url, await around.token("marta"))
        waits = await marta.post(await marta.open_conversation(), wish(address))
        assert waits.body["state"] == "WAITING_APPROVAL"
    app = next_version(tmp_path / "app")
    with running_host(services, tmp_path / "host", app=app) as replaced:
        ana, marta = (Person(around.http, replaced.url, each.token) for each in (ana, marta))
        assert (await decide(ana, waits, "approve")).status == 200
        old = await marta.follow(waits.body["runId"])
        new = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
        durable = Durable(around.http, replaced.url)
        assert "TimerFired" not in await way(durable, old.run_id)
        assert "TimerFired" in await way(durable, new.run_id)
    assert [run.end["type"] for run in (old, new)] == ["done", "done"]
    assert len(await erp.users(address)) == 1


async def test_an_older_app_leaves_newer_runs_alone_and_what_they_are_sent_waits(
    services: Services, tmp_path: Path, around: Surroundings, erp: Erp
) -> None:
    """One is approved while the older app is there, another one approved and then stopped."""
    approved, stopped, later = new_address(), new_address(), new_address()
    data, app = tmp_path / "host", next_version(tmp_path / "app")
    with running_host(services, data, app=app) as newer:
        marta = Person(around.http, newer.url, await around.token("marta"))
        going = await marta.post(await marta.open_conversation(), wish(approved))
        ending = await marta.post(await marta.open_conversation(), wish(stopped))
    with running_host(services, data) as older:
        ana = Person(around.http, older.url, await around.token("ana"))
        marta = Person(around.http, older.url, marta.token)
        assert (await decide(ana, going, "approve")).status == 200
        assert (await decide(ana, ending, "approve")).status == 200
        assert (await marta.ask("POST", f"/runs/{ending.body['runId']}/cancel")).status == 202
        own = await marta.post(await marta.open_conversation(), wish(later))
        assert (await decide(ana, own, "approve")).status == 200
        assert (await ended(marta, own.body["runId"])).body["state"] == "DONE"
        more = await sent(marta, going.body["threadId"], "Hola", "reject")
        assert (more.status, more.body["code"]) == (409, "CONVERSATION_BUSY")
        for each in (going, ending):
            left = await marta.get(f"/runs/{each.body['runId']}")
            assert left.body["state"] == "WAITING_APPROVAL"
            assert f"'{each.body['runId']}' ('turn') is of version 2.0" in older.log.read_text()
        assert await erp.users(approved) == []
    with running_host(services, data, app=app) as newer:
        marta = Person(around.http, newer.url, marta.token)
        done = await ended(marta, going.body["runId"])
        assert (done.body["state"], len(await erp.users(approved))) == ("DONE", 1)
        gone = await ended(marta, ending.body["runId"])
        assert (gone.body["state"], await erp.users(stopped)) == ("CANCELLED", [])
        assert "TimerFired" in await way(Durable(around.http, newer.url), done.body["runId"])
