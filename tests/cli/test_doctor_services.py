"""What the doctor finds at each service, in memory: every finding there is."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
import jwt
import pytest
from aiohttp.client_reqrep import ConnectionKey
from azure.core.exceptions import AzureError, ClientAuthenticationError

from cli.deployment.findings import Finding
from cli.deployment.probes import cosmos, erp, identity, network, safety, search
from cli.deployment.probes.cosmos import Declared
from cli.deployment.probes.network import Reached
from cli.deployment.subject import Place
from shared.errors import ModerationError, SearchError
from shared.packs import PACKS, FolderPacks
from shared.search.lacking import Lack
from shared.search.lifecycle import Held
from tests.cli.doctor_subject import (
    PERSON,
    SETTINGS,
    TENANT,
    FakeCredential,
    answered,
    subject,
)
from tests.fakes.moderation import FakeModeration

type Monkey = pytest.MonkeyPatch

CONTAINERS = (
    Declared(name="quotas", partitionKey=("/subject",), defaultTtl=-1),
    Declared(name="runs", partitionKey=("/tenantId", "/runId")),
)


def only(found: Sequence[Finding]) -> Finding:
    (one,) = found
    return one


# --- Cosmos DB ------------------------------------------------------------------------------------


@dataclass
class FakeContainers:
    """`there` are the properties by name; all calls raise the failure, writing its own."""

    there: dict[str, Mapping[str, object]] = field(default_factory=dict)
    failure: AzureError | None = None
    writing: AzureError | None = None
    tried: list[str] = field(default_factory=list)

    async def properties(self, name: str) -> Mapping[str, object] | None:
        if self.failure is not None:
            raise self.failure
        return self.there.get(name)

    async def try_out(self, name: str, subject: str) -> None:
        self.tried.append(name)
        if self.writing is not None:
            raise self.writing


def right() -> dict[str, Mapping[str, object]]:
    return {
        one.name: {"partitionKey": {"paths": list(one.partitionKey)}, "defaultTtl": one.defaultTtl}
        for one in CONTAINERS
    }


async def test_containers_that_are_right_are_written_to(monkeypatch: Monkey) -> None:
    containers = FakeContainers(right())
    found = only(await cosmos.examined(containers, CONTAINERS, subject(monkeypatch)))
    assert (found.level, containers.tried) == ("ok", ["quotas"])


async def test_a_container_that_is_missing_or_divided_otherwise_is_an_error(
    monkeypatch: Monkey,
) -> None:
    there = right()
    del there["runs"]
    there["quotas"] = {"partitionKey": {"paths": ["/id"]}, "defaultTtl": -1}
    divided, missing = await cosmos.examined(
        FakeContainers(there), CONTAINERS, subject(monkeypatch)
    )
    assert missing.what == "there is no container runs in the database eira"
    assert "azd provision" in missing.mend[0]
    assert divided.what == "quotas is divided by ['/id'], not ['/subject']"
    here = await cosmos.examined(
        FakeContainers(there), CONTAINERS, subject(monkeypatch, local=True)
    )
    assert all("./eira up --fresh" in each.mend[0] for each in here)


async def test_a_database_that_is_missing_is_one_finding(monkeypatch: Monkey) -> None:
    found = only(await cosmos.examined(FakeContainers(), CONTAINERS, subject(monkeypatch)))
    assert found.what == "there is no database eira, or no container in it"
    assert found.mend == (cosmos.PROVISION, "Cosmos__Database names the database")


async def test_items_that_live_for_another_time_are_a_warning(monkeypatch: Monkey) -> None:
    there = right() | {"quotas": {"partitionKey": {"paths": ["/subject"]}, "defaultTtl": None}}
    found = only(await cosmos.examined(FakeContainers(there), CONTAINERS, subject(monkeypatch)))
    assert found.level == "warning"
    assert found.what == "items of quotas live None s by default, not -1"


async def test_who_may_read_and_not_write_is_found_out(monkeypatch: Monkey) -> None:
    containers = FakeContainers(right(), writing=answered(403))
    found = only(await cosmos.examined(containers, CONTAINERS, subject(monkeypatch)))
    assert (found.level, "written into quotas" in found.tried) == ("error", True)
    refused = FakeContainers(failure=answered(403))
    found = only(await cosmos.examined(refused, CONTAINERS, subject(monkeypatch, who=PERSON)))
    assert found.level == "warning"


def test_the_containers_that_are_wanted_are_those_of_the_local_cloud() -> None:
    names = {each.name for each in cosmos.declared()}
    assert {"conversations", "runs", "events", "streams", cosmos.WRITTEN_IN} <= names


# --- Azure AI Search ------------------------------------------------------------------------------


@dataclass
class FakeShelf:
    """An index as it should be, unless something else is told."""

    lacking: tuple[Lack, ...] | None = ()
    documents: int = 5
    left: str | None = None
    warnings: tuple[str, ...] = ()
    failure: SearchError | None = None
    asking: SearchError | None = None

    async def lacks(self, dimensions: int | None) -> tuple[Lack, ...] | None:
        if self.failure is not None:
            raise self.failure
        return self.lacking

    async def held(self) -> Sequence[Held]:
        return [Held("cerebro-v1", True, self.documents, 0, 0)]

    async def unfinished(self) -> str | None:
        return self.left

    async def warnings_of_a_question(self, dimensions: int | None) -> Sequence[str]:
        if self.asking is not None:
            raise self.asking
        return self.warnings


def refused(status: int) -> SearchError:
    failed = SearchError("it failed")
    failed.__cause__ = answered(status)
    return failed


async def test_an_index_that_is_right_is_asked(monkeypatch: Monkey) -> None:
    found = only(await search.examined(FakeShelf(), "cerebro", subject(monkeypatch)))
    assert (found.level, found.what) == (
        "ok",
        "index cerebro is as the code expects it and answers",
    )


async def test_an_index_that_is_missing_says_how_it_is_made(monkeypatch: Monkey) -> None:
    own = only(await search.examined(FakeShelf(None), "cerebro", subject(monkeypatch)))
    assert (own.level, own.mend) == ("error", ("./eira packs load makes it and fills it",))
    other = only(await search.examined(FakeShelf(None), "faq", subject(monkeypatch)))
    assert other.mend[0].startswith("./eira cerebro create --index faq")


@pytest.mark.parametrize(
    ("name", "lack", "level"),
    [
        ("cerebro", Lack("there is no field contentHash", "create"), "error"),
        ("cerebro", Lack("the field contentVector holds vectors of 4", "reindex"), "error"),
        ("cerebro", Lack("there is no semantic configuration es", "create"), "error"),
        ("faq", Lack("there is no field contentHash", "create"), "warning"),
    ],
)
async def test_what_an_index_lacks_is_told_with_what_mends_it(
    monkeypatch: Monkey, name: str, lack: Lack, level: str
) -> None:
    found = only(await search.examined(FakeShelf((lack,)), name, subject(monkeypatch)))
    assert (found.level, found.what) == (level, f"index {name}: {lack.what}")
    assert found.mend == (f"./eira cerebro {lack.mending} --index {name}",)


async def test_an_index_that_is_empty_or_half_made_anew_is_a_warning(monkeypatch: Monkey) -> None:
    shelf = FakeShelf(documents=0, left="cerebro-v1")
    left, empty, asked = await search.examined(shelf, "cerebro", subject(monkeypatch))
    assert (left.level, empty.level, asked.level) == ("warning", "warning", "ok")
    assert left.mend == ("./eira cerebro reindex --index cerebro",)
    assert empty.what == "the index cerebro is empty"


async def test_answers_without_the_ranker_are_a_warning(monkeypatch: Monkey) -> None:
    shelf = FakeShelf(warnings=("semantic_failed",))
    found = only(await search.examined(shelf, "cerebro", subject(monkeypatch)))
    assert (found.level, "semantic_failed" in found.what) == ("warning", True)


async def test_what_answers_do_without_is_mended_by_its_kind(monkeypatch: Monkey) -> None:
    async def mend(*warnings: str) -> str:
        shelf = FakeShelf(warnings=warnings)
        return " ".join(only(await search.examined(shelf, "cerebro", subject(monkeypatch))).mend)

    vector, ranker = "Search__Dimensions", "the semantic ranker has to be on"
    assert (vector in await mend("embedding_failed")) is True
    assert (ranker in await mend("embedding_failed")) is False
    assert (ranker in await mend("semantic_failed:timeout")) is True
    assert (vector in await mend("semantic_failed:timeout")) is False
    both = await mend("embedding_failed", "semantic_failed")
    assert vector in both
    assert ranker in both


async def test_a_key_that_is_refused_is_no_matter_of_roles(monkeypatch: Monkey) -> None:
    keyed = subject(monkeypatch, AzureSearch__ApiKey="made-up-search-key")
    found = only(await search.examined(FakeShelf(failure=refused(403)), "cerebro", keyed))
    assert "the key in AzureSearch__ApiKey" in found.what
    assert "made-up" not in str(found)
    plain = only(
        await search.examined(FakeShelf(failure=refused(403)), "cerebro", subject(monkeypatch))
    )
    assert '--role "Search Service Contributor"' in plain.mend[0]
    asking = only(
        await search.examined(FakeShelf(asking=refused(403)), "cerebro", subject(monkeypatch))
    )
    assert '--role "Search Index Data Contributor"' in asking.mend[0]
    nowhere = only(
        await search.examined(FakeShelf(failure=refused(404)), "cerebro", subject(monkeypatch))
    )
    assert "AzureSearch__Endpoint" in nowhere.mend[0]


# --- ERP, moderation, identity --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        (200, "ok", ""),
        (422, "ok", ""),
        (401, "error", "app role"),
        (403, "error", "app role"),
        (404, "error", "Erp__BaseUrl"),
        (503, "error", "Erp__BaseUrl"),
    ],
)
async def test_what_the_erp_answers(
    monkeypatch: Monkey, status: int, level: str, words: str
) -> None:
    found = await erp.judged(status, "GET …", subject(monkeypatch))
    assert (found.level, words in " ".join(found.mend)) == (level, True)


async def test_the_erp_may_know_the_app_and_not_who_looks(monkeypatch: Monkey) -> None:
    found = await erp.judged(403, "GET …", subject(monkeypatch, who=PERSON))
    assert (found.level, "not the app's" in found.what) == ("warning", True)


async def test_an_erp_without_a_token_or_that_is_away(monkeypatch: Monkey) -> None:
    nobody = FakeCredential(failure=ClientAuthenticationError(message="no"))
    found = only(await erp.look(subject(monkeypatch, credential=nobody)))
    assert found.what == "there is no token for api://erp/.default"
    away = subject(monkeypatch, Erp__BaseUrl="http://127.0.0.1:9", local=True)
    found = only(await erp.look(away))
    assert found.what.startswith("it does not answer")
    assert "./eira up" in found.mend[0]


def test_the_erp_is_asked_what_needs_nothing_and_changes_nothing() -> None:
    packs = FolderPacks(PACKS)
    pack = packs.get(packs.current)
    path = erp.readable(pack)
    rest = [each for each in pack.tools.values() if each.kind == "rest"]
    assert any(each.rest.path == path and not each.effect for each in rest)
    assert erp.readable(pack.model_copy(update={"tools": {}})) == "/"


async def test_moderation_that_answers_is_away_or_refuses(monkeypatch: Monkey) -> None:
    fine = await safety.examined(FakeModeration(), subject(monkeypatch))
    assert fine.level == "ok"
    away = await safety.examined(
        FakeModeration(ModerationError("Content Safety did not answer in time")),
        subject(monkeypatch),
    )
    assert away.what == "it cannot be asked: Content Safety did not answer in time"
    failure = ModerationError("no")
    failure.__cause__ = answered(401)
    denied = await safety.examined(FakeModeration(failure), subject(monkeypatch))
    assert '--role "Cognitive Services User"' in denied.mend[0]
    keyed = subject(monkeypatch, Moderation__ApiKey="made-up-safety-key")
    refused = await safety.examined(FakeModeration(failure), keyed)
    assert refused.what == "the key in Moderation__ApiKey is refused"
    nobody = subject(monkeypatch, Moderation__Provider="none")
    assert only(await safety.look(nobody)).level == "ok"


async def test_who_is_signed_in_is_read_from_the_token(monkeypatch: Monkey) -> None:
    claims = {"oid": "b8b8", "tid": TENANT, "upn": "ana@example.org", "scp": "x"}
    token = jwt.encode(claims, "made-up-signing-key-of-thirty-two-bytes", algorithm="HS256")
    who = await identity.find_out(FakeCredential(token))
    assert who is not None
    assert (who.name, who.is_program, who.credential) == (
        "ana@example.org",
        False,
        "FakeCredential",
    )
    found = only(await identity.look(subject(monkeypatch, who=who)))
    assert (found.level, "ana@example.org (a person, b8b8)" in found.what) == ("ok", True)
    assert token not in str(found)
    other = {"AZURE_TENANT_ID": "2222"}
    found = only(await identity.look(subject(monkeypatch, who=who, environment=other)))
    assert (found.level, found.mend) == ("warning", ("az login --tenant 2222",))


@pytest.mark.parametrize(("local", "mend"), [(True, "./eira up"), (False, "az login --tenant")])
async def test_nobody_who_is_signed_in_is_an_error(
    monkeypatch: Monkey, local: bool, mend: str
) -> None:
    failing = FakeCredential(failure=ClientAuthenticationError(message="no"))
    assert await identity.find_out(failing) is None
    assert await identity.find_out(FakeCredential("no token at all")) is None
    found = only(await identity.look(subject(monkeypatch, who=None, local=local)))
    assert (found.level, mend in found.mend[0]) == ("error", True)


async def test_where_the_platform_signs_in_nobody_is_told_to_log_in(monkeypatch: Monkey) -> None:
    managed = {"IDENTITY_ENDPOINT": "http://169.254.255.2:8081/msi/token"}
    there = subject(monkeypatch, who=None, environment=managed)
    found = only(await identity.look(there))
    assert "AZURE_CLIENT_ID" in found.mend[0]
    assert "az login" not in found.mend[0]


async def test_without_anybody_only_what_has_a_key_is_asked(monkeypatch: Monkey) -> None:
    every = identity.asks_with_it(subject(monkeypatch).settings)
    assert every == ("cosmos", "search", "models", "keyvault", "erp", "moderation")
    keyed = subject(
        monkeypatch,
        AzureSearch__ApiKey="made-up-key",
        AzureOpenAI__ApiKey="made-up-key",
        Moderation__Provider="none",
    )
    assert identity.asks_with_it(keyed.settings) == ("cosmos", "keyvault", "erp")
    found = only(await identity.look(subject(monkeypatch, who=None)))
    assert found.what.endswith("so these were not asked: " + ", ".join(every))


# --- reachability ---------------------------------------------------------------------------------


def test_every_service_that_is_set_is_reached(monkeypatch: Monkey) -> None:
    there = subject(monkeypatch)
    found = network.endpoints(there.settings, Place({}, "https://func.example"))
    assert found["EIRA_URL (--app)"] == "https://func.example"
    assert found["Auth__Authority"] == "https://login.microsoftonline.com"
    services = {name for name in SETTINGS if name.endswith(("Endpoint", "Uri", "BaseUrl"))}
    assert services <= set(found)


TO = ConnectionKey("erp.example", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    ("failed", "what", "words"),
    [
        (aiohttp.ClientConnectorDNSError(TO, OSError()), "there is no host", "private network"),
        (
            aiohttp.ClientConnectorCertificateError(TO, ssl.SSLCertVerificationError()),
            "the certificate of erp.example is not trusted here",
            "SSL_CERT_FILE",
        ),
        (aiohttp.ClientConnectorSSLError(TO, OSError()), "does not speak TLS", "Erp__BaseUrl"),
        (TimeoutError(), "erp.example does not answer", "firewall"),
        (aiohttp.ServerDisconnectedError(), "cannot be reached", "Erp__BaseUrl"),
    ],
)
def test_what_cannot_be_reached_says_why(failed: Exception, what: str, words: str) -> None:
    place = Place({"PRIVATE_NETWORK": "true"})
    url = "https://erp.example/api"
    found = network._unreachable("Erp__BaseUrl", url, failed, f"GET {url}", place)
    assert what in found.what
    assert words in " ".join(found.mend)


async def test_an_address_where_nobody_listens_is_an_error() -> None:
    async with aiohttp.ClientSession() as session:
        closed = await network._reach(session, "Erp__BaseUrl", "http://127.0.0.1:9", Place({}))
    assert only(list(network.judged([closed], Place({})))).level == "error"


def test_a_public_address_in_a_private_network_is_a_warning() -> None:
    reached = [
        Reached("Cosmos__Endpoint", "https://cosmos.example", addresses=("20.1.2.3",)),
        Reached("AzureSearch__Endpoint", "https://search.example", addresses=("10.80.0.4",)),
        Reached("the app", "https://func.example", addresses=("20.1.2.4",)),
    ]
    private = list(network.judged(reached, Place({"PRIVATE_NETWORK": "true"})))
    assert [each.level for each in private] == ["warning", "ok"]
    assert "20.1.2.3" in private[0].what
    assert [each.level for each in network.judged(reached, Place({}))] == ["ok"]


@pytest.mark.parametrize(
    ("skews", "level", "words"),
    [
        ((0.0, -2.0), "ok", "no clock"),
        ((300.0, 301.0), "error", "is 301 s behind"),
        ((-300.0, -290.0), "error", "is 300 s ahead of"),
        ((0.0, 300.0), "warning", "is 300 s behind"),
    ],
)
def test_a_clock_that_is_off_is_told(skews: tuple[float, ...], level: str, words: str) -> None:
    reached = [Reached("a", f"https://s{n}.example", skew) for n, skew in enumerate(skews)]
    found = only(list(network.clocks(reached)))
    assert (found.level, words in found.what) == (level, True)


def test_the_time_of_an_answer_is_told_to_the_second() -> None:
    told = "Sun, 22 Nov 2026 10:00:00 GMT"
    then = 1795341600.0
    assert network._skew(told, then + 0.2, then + 0.9) == 0.0
    assert network._skew(told, then + 300, then + 301) == -299.0
    assert network._skew(told, then - 301, then - 300) == 300.0
    assert network._skew(None, then, then) is None
    assert network._skew("yesterday", then, then) is None


def test_no_time_told_is_no_finding() -> None:
    assert list(network.clocks([Reached("a", "https://a.example")])) == []
