"""What is told of Cerebro, of tools and of stores: whom, how much, how long; never what for."""

from collections.abc import AsyncIterator

import pytest

from shared.contracts.activities import PREPARE, Prepared, PrepareRequest
from shared.errors import ErpError, SearchError, StoreError
from shared.packs import FolderPacks
from shared.ports import EventQuery, KnowledgeQuery, ToolInvocation, ToolRefused
from shared.telemetry import names
from shared.telemetry.services import TracedKnowledge, TracedTools
from shared.telemetry.steps import traced_step
from shared.telemetry.stores import operation, stored
from tests.fakes.services import FakeKnowledge, FakeTools
from tests.fakes.telemetry import telling
from tests.fakes.world import ANA, PACKS
from tests.replay.recorded import RUN

TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools
QUERY = KnowledgeQuery("canary-words", "cerebro", "tenant-a", ("employee",), top=4)
CALL = ToolInvocation(
    contract=TOOLS["createTask"],
    args={"title": "canary-title"},
    caller=ANA,
    correlation_id="corr-1",
    key="effect-1",
)


def knowledge(inner: FakeKnowledge) -> TracedKnowledge:
    return TracedKnowledge(inner, "https://contoso.search.windows.net")


async def test_a_search_tells_its_index_and_how_much_was_found() -> None:
    with telling() as told:
        await knowledge(FakeKnowledge()).search(QUERY)
        about = told.about("retrieval cerebro")
        assert "canary" not in told.span("retrieval cerebro").to_json()
    assert about[names.OPERATION] == "retrieval"
    assert about[names.DATA_SOURCE] == about[names.DB_COLLECTION] == "cerebro"
    assert about[names.DB_SYSTEM] == "azure.ai_search"
    assert about[names.TOP_K] == 4
    assert about[names.FOUND] == 0
    assert about[names.SERVER_ADDRESS] == "contoso.search.windows.net"


async def test_a_search_that_fails_is_told_by_its_code() -> None:
    failing = FakeKnowledge(failure=SearchError("canary", code="SEARCH_RATE_LIMIT"))
    with telling() as told:
        with pytest.raises(SearchError):
            await knowledge(failing).search(QUERY)
        assert told.about("retrieval cerebro")[names.ERROR_TYPE] == "SEARCH_RATE_LIMIT"


async def test_memory_is_told_apart_from_documents() -> None:
    with telling() as told:
        asked = knowledge(FakeKnowledge())
        await asked.events(EventQuery("cerebro", "tenant-a", ("employee",), "c1"))
        await asked.stored("cerebro", "canary-document")
        await asked.upsert("cerebro", [])
        assert [each.name for each in told.spans] == [
            "search_memory cerebro",
            "get_document cerebro",
            "upsert_memory cerebro",
        ]
        assert "canary" not in "".join(each.to_json() for each in told.spans)
        assert names.OPERATION not in told.about("get_document cerebro")


async def test_a_tool_tells_its_name_and_its_effect_and_no_argument() -> None:
    with telling() as told:
        await TracedTools(FakeTools()).call(CALL)
        about = told.about("execute_tool createTask")
        assert "canary" not in told.span("execute_tool createTask").to_json()
        assert told.points("gen_ai.execute_tool.duration")
    assert about == {
        names.OPERATION: "execute_tool",
        names.TOOL_NAME: "createTask",
        names.TOOL_TYPE: "extension",
        names.EFFECT: "effect-1",
    }


async def test_a_tool_that_refuses_has_answered_with_a_status() -> None:
    with telling() as told:
        await TracedTools(FakeTools(refusal=ToolRefused(409, "canary-reason"))).call(CALL)
        executed = told.span("execute_tool createTask")
        assert told.about("execute_tool createTask")[names.TOOL_STATUS] == 409
        assert names.ERROR_TYPE not in told.about("execute_tool createTask")
        assert "canary" not in executed.to_json()


async def test_a_tool_that_cannot_be_reached_is_told_by_its_code() -> None:
    failing = FakeTools(failures=[ErpError("canary", sent=False)])
    with telling() as told:
        with pytest.raises(ErpError):
            await TracedTools(failing).call(CALL)
        ((labels, _),) = told.points("gen_ai.execute_tool.duration")
        assert labels[names.ERROR_TYPE] == "ERP_UNAVAILABLE"


async def test_asking_whether_an_effect_was_made_executes_nothing() -> None:
    with telling() as told:
        await TracedTools(FakeTools()).find(CALL)
        assert names.OPERATION not in told.about("find createTask")


class Container:
    """Two operations of a store."""

    name = "runs"

    @stored("read_item")
    async def read(self, item_id: str, missing: bool = False) -> str | None:
        if item_id == "away":
            raise StoreError("canary")
        return None if missing else item_id

    async def query(self) -> AsyncIterator[int]:
        with operation("query_items", self.name):
            for number in range(3):
                yield number


async def in_a_step(container: Container, *items: str) -> None:
    async def prepare(request: PrepareRequest, deps: None) -> Prepared:
        for item in items:
            await container.read(item)
        return Prepared()

    await traced_step(PREPARE, prepare)(PrepareRequest(run=RUN), None)


async def test_what_a_step_asks_of_a_store_is_told_below_it() -> None:
    with telling() as told:
        await in_a_step(Container(), "canary-id")
        assert told.parent("read_item runs") == "prepare"
        assert told.about("read_item runs") == {
            names.DB_SYSTEM: "azure.cosmosdb",
            names.DB_OPERATION: "read_item",
            names.DB_COLLECTION: "runs",
        }


async def test_operations_on_stores_may_be_left_out() -> None:
    with telling(stores=False) as told:
        await in_a_step(Container(), "x")
        assert [each.name for each in told.spans] == ["prepare"]


async def test_a_store_that_fails_is_told_by_its_code() -> None:
    with telling() as told:
        with pytest.raises(StoreError):
            await in_a_step(Container(), "away")
        assert told.about("read_item runs")[names.ERROR_TYPE] == "STORE_UNAVAILABLE"


async def test_a_reader_that_looks_again_and_again_fills_no_trace() -> None:
    with telling() as told:
        assert await Container().read("x") == "x"
        assert await Container().read("x", missing=True) is None
        assert told.spans == ()


async def test_who_has_seen_enough_of_a_query_has_not_failed() -> None:
    async def prepare(request: PrepareRequest, deps: None) -> Prepared:
        rows = Container().query()
        assert await anext(rows) == 0
        await rows.aclose()  # type: ignore[attr-defined]
        return Prepared()

    with telling() as told:
        await traced_step(PREPARE, prepare)(PrepareRequest(run=RUN), None)
        assert names.ERROR_TYPE not in told.about("query_items runs")
