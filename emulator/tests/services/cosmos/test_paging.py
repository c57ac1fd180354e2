"""Pages: every result comes exactly once, whatever the page size, the order and the changes."""

import json
from typing import Any

import pytest
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.cosmos.sql.paging import Document, Position, run_page
from emulator.services.cosmos.sql.plan import compile_query

QUERIES = (
    "SELECT * FROM c",
    "SELECT VALUE c.id FROM c WHERE c.n > 0",
    "SELECT c.id, t FROM c JOIN t IN c.tags",
    "SELECT VALUE c.id FROM c ORDER BY c.n",
    "SELECT VALUE c.id FROM c ORDER BY c.n DESC, c.s",
    "SELECT VALUE [c.id, t] FROM c JOIN t IN c.tags ORDER BY c.s DESC, t",
    "SELECT DISTINCT VALUE c.n FROM c",
    "SELECT c.n, COUNT(1) AS k FROM c GROUP BY c.n",
    "SELECT VALUE c.n FROM c OFFSET 2 LIMIT 5",
    "SELECT TOP 4 VALUE c.id FROM c ORDER BY c.s",
    "SELECT VALUE COUNT(1) FROM c",
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["a", "b"]))
bodies = st.lists(
    st.fixed_dictionaries(
        {"tags": st.lists(st.integers(0, 3), max_size=3)}, optional={"n": scalars, "s": scalars}
    ),
    max_size=12,
)


def stored(contents: list[dict[str, Any]]) -> list[Document]:
    return [
        Document(3 * at, json.dumps({"id": str(at), **body}).encode())
        for at, body in enumerate(contents)
    ]


def pages(text: str, documents: list[Document], size: int) -> list[bytes]:
    plan, position = compile_query(text), Position()
    found: list[bytes] = []
    for _ in range(200):
        page = run_page(plan, documents, {}, position, size)
        assert len(page.results) <= size
        found += page.results
        if page.continuation is None:
            return found
        position = Position.decode(page.continuation.encode())
    raise AssertionError("The pages never end.")


@given(st.sampled_from(QUERIES), bodies, st.integers(1, 5))
def test_the_pages_together_are_the_whole_result(
    text: str, contents: list[dict[str, Any]], size: int
) -> None:
    documents = stored(contents)
    assert pages(text, documents, size) == pages(text, documents, 1000)


def test_sort_keys_too_long_for_a_header_page_as_well() -> None:
    documents = stored([{"s": "ab"[at % 2] * 9000} for at in range(7)])
    text = "SELECT VALUE c.id FROM c ORDER BY c.s DESC"
    first = run_page(compile_query(text), documents, {}, Position(), 2)
    assert first.continuation is not None
    assert len(first.continuation.encode()) < 100
    assert pages(text, documents, 2) == pages(text, documents, 1000)


@given(bodies, st.integers(1, 4), st.sampled_from(["", " ORDER BY c.n", " ORDER BY c.n DESC"]))
def test_documents_that_vanish_between_pages_hide_no_others(
    contents: list[dict[str, Any]], size: int, order: str
) -> None:
    documents = stored(contents)
    plan = compile_query(" ".join(["SELECT VALUE c.id FROM c", order]))
    first = run_page(plan, documents, {}, Position(), size)
    if first.continuation is None:
        return
    everything = run_page(plan, documents, {}, Position(), 1000).results
    seen = {json.loads(result) for result in first.results}
    left = [one for one in documents if one.value["id"] not in seen]
    second = run_page(plan, left, {}, first.continuation, 1000)
    assert first.results + second.results == everything


@pytest.mark.parametrize("order", ["", " ORDER BY c.n", " ORDER BY c.half DESC"])
@pytest.mark.parametrize("partition", ["a", None])
async def test_the_sdk_pages_through_everything_once(
    orders: ContainerProxy, order: str, partition: str | None
) -> None:
    for number in range(11):
        await orders.create_item(
            {"id": str(number), "tenant": "a", "n": -number, "half": number // 2}
        )
    options: dict[str, Any] = {} if partition is None else {"partition_key": partition}
    text = " ".join(["SELECT VALUE c.id FROM c", order])
    pager: Any = orders.query_items(text, max_item_count=4, **options).by_page()
    sizes: list[int] = []
    found: list[str] = []
    async for page in pager:
        results = [one async for one in page]
        sizes.append(len(results))
        found += results
    assert sizes == [4, 4, 3]
    assert sorted(found, key=int) == [str(number) for number in range(11)]


async def test_a_query_goes_on_from_a_continuation_token(orders: ContainerProxy) -> None:
    for number in range(5):
        await orders.create_item({"id": str(number), "tenant": "a"})
    pager: Any = orders.query_items("SELECT VALUE c.id FROM c", max_item_count=2, partition_key="a")
    first: Any = pager.by_page()
    assert [one async for one in await anext(first)] == ["0", "1"]
    later = pager.by_page(first.continuation_token)
    assert [[one async for one in page] async for page in later] == [["2", "3"], ["4"]]


async def test_an_invented_continuation_token_answers_400(orders: ContainerProxy) -> None:
    pager: Any = orders.query_items("SELECT * FROM c", partition_key="a").by_page("invented")
    with pytest.raises(exceptions.CosmosHttpResponseError) as refused:
        await anext(pager)
    assert refused.value.status_code == 400


async def test_a_page_ends_at_4_mb(orders: ContainerProxy) -> None:
    for number in range(5):
        await orders.create_item({"id": str(number), "tenant": "a", "text": "x" * 1_000_000})
    pager: Any = orders.query_items("SELECT * FROM c", partition_key="a").by_page()
    assert [len([one async for one in page]) async for page in pager] == [4, 1]
