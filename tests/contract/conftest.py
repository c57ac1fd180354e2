"""Each port twice: its fake, and its adapter over the real SDK and the local services."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from shared.bootstrap import build_credential, build_knowledge, build_model, build_moderation
from shared.identity.entra import EntraTokens
from shared.ports import Dependencies
from shared.settings import Settings, get_settings
from shared.stores.agent_steps import CosmosAgentSteps
from shared.stores.approvals import CosmosApprovals
from shared.stores.audit import CosmosAuditLog
from shared.stores.audit_chains import CosmosAuditChains
from shared.stores.conversations import CosmosConversations
from shared.stores.cosmos import CosmosDatabase
from shared.stores.dead_letters import CosmosDeadLetters
from shared.stores.effects import CosmosEffects
from shared.stores.entities import CosmosEntities
from shared.stores.flow_runs import CosmosFlowRuns
from shared.stores.flows import CosmosFlows
from shared.stores.log_items import CosmosLogItems
from shared.stores.quotas import CosmosQuotas
from shared.stores.readers import CosmosReaders
from shared.stores.runs import CosmosRuns
from shared.tools.rest import RestTools
from tests.e2e.cloud import Services, running_services
from tests.fakes.world import World


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with running_services(tmp_path_factory.mktemp("contract") / "data") as running:
        yield running


@pytest.fixture
def environment(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """What leads an app to the local services."""
    for name, value in services.environment.items():
        monkeypatch.setenv(name, value)
    # aiohttp made its default when it was imported; in a process of its own that is early enough.
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", services.trust())


@pytest.fixture
def told(environment: None) -> Iterator[None]:
    """The settings of the local services, read anew: for a command that is run in this process."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@dataclass(frozen=True, slots=True)
class Sides:
    """Two processes' views of the same outside world. A fake has but one."""

    near: Dependencies
    far: Dependencies


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Dependencies]:
    """The adapters of one process."""
    async with build_credential() as credential:
        cosmos = CosmosDatabase(settings.cosmos.endpoint, settings.cosmos.database, credential)

        async def erp_token() -> str:
            return (await credential.get_token(settings.erp.scope)).token

        tools = RestTools(settings.erp.base_url, erp_token)
        knowledge = build_knowledge(settings, credential)
        model = build_model(settings, credential)
        moderation = build_moderation(settings, credential)
        auth = settings.auth
        yield replace(
            World().deps(),
            model=model,
            knowledge=knowledge,
            tools=tools,
            tokens=EntraTokens(auth.authority, auth.audience, auth.tenants, auth.role_rights),
            principals=None,
            conversations=CosmosConversations(cosmos),
            runs=CosmosRuns(cosmos),
            agent_steps=CosmosAgentSteps(cosmos),
            effects=CosmosEffects(cosmos),
            approvals=CosmosApprovals(cosmos),
            audit=CosmosAuditLog(cosmos),
            chains=CosmosAuditChains(cosmos),
            entities=CosmosEntities(cosmos),
            dead_letters=CosmosDeadLetters(cosmos),
            flow_runs=CosmosFlowRuns(cosmos),
            flows=CosmosFlows(cosmos),
            log=CosmosLogItems(cosmos),
            readers=CosmosReaders(cosmos),
            moderation=moderation,
            quotas=CosmosQuotas(cosmos),
        )
        await cosmos.close()
        await tools.close()
        await knowledge.close()
        await model.close()
        await moderation.close()


@pytest.fixture(params=["fake", "real"])
async def sides(request: pytest.FixtureRequest) -> AsyncIterator[Sides]:
    if request.param == "fake":
        deps = World().deps()
        yield Sides(deps, deps)
        return
    request.getfixturevalue("environment")
    async with opened(Settings()) as near, opened(Settings()) as far:
        yield Sides(near, far)


@pytest.fixture
def deps(sides: Sides) -> Dependencies:
    return sides.near


@pytest.fixture
def fresh() -> Callable[[], str]:
    """Ids that no other test uses: the stores outlive a test."""
    return lambda: uuid4().hex
