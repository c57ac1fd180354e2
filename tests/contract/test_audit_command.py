"""`./eira audit verify` against the local Cosmos DB, by the settings that the app has."""

import asyncio
from collections.abc import Callable

import pytest

from cli.auditing import EXIT_BROKEN, main
from shared.bootstrap import build_credential
from shared.contracts.audit import Actor, AuditEvent
from shared.settings import Settings
from shared.stores.cosmos import CosmosContainer, CosmosDatabase
from tests.contract.conftest import opened
from tests.fakes.samples import AT


async def audit(tenant: str, *ids: str) -> None:
    async with opened(Settings()) as deps:
        for each in ids:
            await deps.audit.record(
                AuditEvent(
                    event_id=each,
                    tenant_id=tenant,
                    conversation_id="c1",
                    actor=Actor(user_id="user-ana"),
                    at=AT,
                    kind="flow.executed",
                    correlation_id="corr-1",
                )
            )
        await deps.audit.seal(tenant, "c1", ids, AT)


async def tamper(tenant: str, event_id: str) -> None:
    settings = Settings().cosmos
    async with build_credential() as credential:
        database = CosmosDatabase(settings.endpoint, settings.database, credential)
        events = CosmosContainer(database, "events")
        item = await events.read(event_id, [tenant, "c1"])
        assert item is not None
        await events.replace(item | {"actor": {"userId": "somebody"}})
        await database.close()


def test_the_command_says_that_chains_hold_and_where_one_does_not(
    told: None, fresh: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = fresh()
    asyncio.run(audit(tenant, "01A", "01B"))
    assert main(["verify", "--tenant", tenant]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"Tenant {tenant}: conversations 1, events 2 (erased 0), links 1, anchors 0",
        "Everything that was checked holds.",
    ]
    asyncio.run(tamper(tenant, "01B"))
    assert main(["verify", "--tenant", tenant, "--conversation", "c1"]) == EXIT_BROKEN
    *_, broken, verdict = capsys.readouterr().out.splitlines()
    assert broken == ("  BROKEN in conversation c1, at link-000000000001: event 01B was changed")
    assert verdict == "The audit is BROKEN."
