"""The MCP server of the local cloud, as the settings name it: over TLS, with its token."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest

from shared.bootstrap import build_credential, build_mcp
from shared.contracts.identity import Caller
from shared.credentialing import build_credentials, read_credentials
from shared.errors import RemoteError
from shared.packs import FolderPacks
from shared.policies import build_outside
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.settings import Settings
from shared.tools.as_called import as_called
from shared.tools.mcp import McpTools
from tests.e2e.cloud import Services
from tests.fakes.services import FakeClock
from tests.fakes.world import ANA, OLGA, PACKS

MCP = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["mcp"]
VALDEORO = ANA.model_copy(update={"tenant_id": "11111111-1111-4111-8111-111111111111"})
LOGISTICA = OLGA.model_copy(update={"tenant_id": "22222222-2222-4222-8222-222222222222"})

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
async def tools() -> AsyncIterator[McpTools]:
    """With the token that the default profile has in the local Key Vault."""
    settings = Settings()
    async with build_credential() as credential:
        plan = read_credentials(settings)
        credentials = build_credentials(settings, plan, credential, FakeClock())
        yield build_mcp(settings, credentials)
        await credentials.close()


def asked(caller: Caller, method: str, **params: object) -> ToolInvocation:
    args = {"server": "corp-tools", "method": method, "params": params}
    contract = as_called(MCP, args, build_outside(Settings()))
    return ToolInvocation(contract, args, caller, "corr-1", "es")


async def told(tools: McpTools, invocation: ToolInvocation) -> dict[str, object]:
    answer = await tools.call(invocation)
    assert isinstance(answer, ToolAnswered), answer
    found = answer.result["json"]
    assert isinstance(found, dict)
    return found


async def test_its_methods_are_those_of_the_settings(tools: McpTools) -> None:
    methods = await tools.of("corp-tools")
    assert set(methods) == {"getCase", "listCases", "addNote"}
    reads = {name: not asked(VALDEORO, name).contract.effect for name in methods}
    assert reads == {"getCase": True, "listCases": True, "addNote": False}


async def test_each_tenant_sees_its_own_cases(tools: McpTools) -> None:
    ours = await told(tools, asked(VALDEORO, "getCase", id="EXP-2026-014"))
    theirs = await told(tools, asked(LOGISTICA, "getCase", id="EXP-2026-014"))
    assert ours["area"] == "Urbanismo"
    assert theirs["area"] == "Reparto"
    nobody = await tools.call(asked(ANA, "getCase", id="EXP-2026-014"))
    assert isinstance(nobody, ToolRefused)
    assert "EXP-2026-014" in nobody.reason


async def test_a_note_that_is_sent_twice_with_one_key_is_there_once(tools: McpTools) -> None:
    note = replace(asked(VALDEORO, "addNote", id="EXP-2026-021", text="ñ"), key="contract-1")
    assert await told(tools, note) == await told(tools, note)
    found = await told(tools, asked(VALDEORO, "getCase", id="EXP-2026-021"))
    assert found["notes"] == [{"text": "ñ", "id": "EXP-2026-021-1"}]


def faults(services: Services, method: str, body: bytes | None = None) -> None:
    url, headers = f"{services.urls['mcp']}/_emulator/faults", {"Content-Type": "application/json"}
    urlopen(Request(url, body, headers, method=method), context=services.trust()).close()


async def test_a_server_that_fails_is_a_failure_of_the_tool(
    tools: McpTools, services: Services
) -> None:
    await tools.of("corp-tools")
    fault = b'{"status": 500, "count": 9, "path": "/mcp"}'
    await asyncio.to_thread(faults, services, "POST", fault)
    try:
        with pytest.raises(RemoteError):
            await tools.call(asked(VALDEORO, "listCases"))
    finally:
        await asyncio.to_thread(faults, services, "DELETE")
    cases = await told(tools, asked(VALDEORO, "listCases", area="urbanismo"))
    assert isinstance(cases["items"], list)
    assert len(cases["items"]) == 2
