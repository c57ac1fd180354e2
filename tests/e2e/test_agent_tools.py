"""Agents that use tools of the outside world: the local MCP server, and HTTP under its list."""

import json
from collections.abc import Mapping
from typing import Any

from tests.e2e.cloud import Services
from tests.e2e.conftest import Call
from tests.e2e.people import Person, Run, Stream

CASE = {"server": "corp-tools", "method": "getCase", "params": {"id": "EXP-2026-014"}}


async def call(person: Person, message: str, *tools: object) -> Run:
    body = {"sessionId": "s1", "message": message, "agent_profile": "normal", "tools": tools}
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {person.token}"}
    async with person.http.post(f"{person.app}/api/chat", json=body, headers=headers) as response:
        assert response.status == 200, await response.text()
        stream = Stream(response)
        return Run(stream.run_id, [event async for event in stream])


def the_end(run: Run, tool: str) -> Mapping[str, Any]:
    started, ended = (each for each in run.of("tool") if each["name"] == tool)
    assert started["status"] == "started"
    return ended


async def test_a_case_is_read_from_the_mcp_server_for_its_tenant_only(person: Call) -> None:
    for user, area in (("ana", "Urbanismo"), ("olga", "Reparto")):
        run = await call(
            await person(user), "Consulta el expediente", {"name": "mcp", "args": CASE}
        )
        ended = the_end(run, "mcp")
        assert (ended["status"], ended["args"]) == ("ok", CASE)
        assert ended["result"]["json"]["area"] == area
        assert run.end["type"] == "done"


async def test_a_page_of_the_list_is_read_and_no_other(ana: Person, services: Services) -> None:
    erp = services.urls["erp"]
    run = await call(ana, f"Lee la página {erp}/health", "http")
    ended = the_end(run, "http")
    assert (ended["status"], ended["result"]["status"]) == ("ok", 200)
    for url in (f"{erp}/tasks", f"{services.urls['keyvault']}/secrets", "http://169.254.169.254/a"):
        refused = the_end(await call(ana, f"Lee la página {url}", "http"), "http")
        assert refused["status"] == "failed"
        assert json.dumps(refused).count(url) >= 1
