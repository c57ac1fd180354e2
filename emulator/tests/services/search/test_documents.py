"""Documents are uploaded, merged, deleted and looked up, each action with an answer of its own."""

import asyncio
import contextlib
from pathlib import Path

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.search.documents.aio import SearchClient

from emulator.services.embedding import shared_embedder
from emulator.services.search.app import create_app
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.service import SearchService
from emulator.services.search.store import Store
from emulator.tests.services.conftest import StartService

from .cloud import AUDIENCE, Cloud, SignedToken, ids
from .library import LIBRARY


async def test_a_document_is_looked_up_with_the_fields_selected(library: SearchClient) -> None:
    document = await library.get_document("gastos", selected_fields=["id", "pages"])
    assert document == {"id": "gastos", "pages": 3}


async def test_a_hidden_field_is_never_shown(library: SearchClient) -> None:
    assert "contentVector" not in await library.get_document("gastos")


async def test_a_missing_document_answers_404(library: SearchClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        await library.get_document("nothing")


async def test_a_new_document_answers_201_and_a_replaced_one_200(library: SearchClient) -> None:
    new = await library.upload_documents([{"id": "nuevo", "title": "Nuevo"}])
    again = await library.upload_documents([{"id": "nuevo", "title": "Otro"}])
    assert [new[0].status_code, again[0].status_code] == [201, 200]


async def test_a_change_is_found_when_the_call_returns(library: SearchClient) -> None:
    for number in range(5):
        await library.merge_or_upload_documents(
            [{"id": "turno", "title": f"Conversación {number}"}]
        )
        assert await ids(await library.search(f"+conversación +{number}")) == ["turno"]
    await library.delete_documents([{"id": "turno"}])
    assert await ids(await library.search("conversación")) == []


async def test_an_upload_replaces_all_fields_and_a_merge_only_those_sent(
    library: SearchClient,
) -> None:
    await library.merge_documents([{"id": "gastos", "pages": 30}])
    merged = await library.get_document("gastos")
    assert (merged["pages"], merged["title"]) == (30, "Notas de gasto")
    await library.upload_documents([{"id": "gastos", "pages": 31}])
    replaced = await library.get_document("gastos")
    assert (replaced["pages"], replaced["title"], replaced["allowedRoles"]) == (31, None, [])


async def test_a_mixed_batch_answers_207_with_a_result_for_each(
    cloud: Cloud, library: SearchClient, http: aiohttp.ClientSession
) -> None:
    actions = [
        {"@search.action": "merge", "id": "nothing", "title": "x"},
        {"@search.action": "merge", "id": "gastos", "pages": 9},
        {"@search.action": "upload", "id": "bad key", "title": "x"},
        {"@search.action": "delete", "id": "nothing"},
        {"@search.action": "upload", "id": "v", "contentVector": [1, 2, 3]},
    ]
    token = SignedToken(cloud.keys, AUDIENCE).token
    async with http.post(
        f"{cloud.service.url}/indexes('biblioteca')/docs/search.index?api-version=2026-04-01",
        json={"value": actions},
        headers={"Authorization": f"Bearer {token}"},
    ) as answer:
        results = (await answer.json())["value"]
        assert answer.status == 207
    assert [result["statusCode"] for result in results] == [404, 200, 400, 200, 400]
    assert [result["status"] for result in results] == [False, True, False, True, False]
    assert "length of '3'" in results[4]["errorMessage"]
    assert await library.get_document_count() == len(LIBRARY)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"id": "1", "unknown": 1}, "'unknown' does not exist"),
        ({"id": "1", "pages": "many"}, "'pages' to the expected type 'Edm.Int32'"),
        ({"id": "1", "updatedAt": "yesterday"}, "'updatedAt'"),
        ({"id": "1", "updatedAt": "2026-01-01T10:00:00"}, "'updatedAt'"),
        ({"id": "1", "allowedRoles": "all"}, r"Collection\(Edm.String\)"),
    ],
)
async def test_a_document_that_does_not_fit_refuses_the_batch(
    library: SearchClient, document: dict[str, object], message: str
) -> None:
    with pytest.raises(HttpResponseError, match=message) as refused:
        await library.upload_documents([{"id": "fits"}, document])
    assert refused.value.status_code == 400
    assert await library.get_document_count() == len(LIBRARY)


async def test_dates_are_kept_in_utc(library: SearchClient) -> None:
    await library.upload_documents([{"id": "1", "updatedAt": "2026-05-01T10:00:00+02:00"}])
    assert (await library.get_document("1"))["updatedAt"] == "2026-05-01T08:00:00Z"


async def test_everything_is_there_after_a_restart(
    cloud: Cloud, library: SearchClient, start_service: StartService
) -> None:
    vector = [0.5] * 384
    await library.merge_documents([{"id": "gastos", "contentVector": vector}])
    await library.delete_documents([{"id": "almacen"}])
    await cloud.service.stop()
    service = await start_service(create_app, "search")
    again = Cloud(service, cloud.keys, cloud.ca_file, cloud.stack)
    client = await again.search("biblioteca")
    assert await client.get_document_count() == len(LIBRARY) - 1
    assert await ids(await client.search("dieta")) == ["gastos"]
    expected = [document["id"] for document in LIBRARY if document["id"] != "almacen"]
    assert await ids(await client.search("*")) == expected


async def test_a_caller_who_hangs_up_leaves_the_change_whole(tmp_path: Path) -> None:
    fields: list[Json] = [
        {"name": "id", "type": "Edm.String", "key": True},
        {"name": "text", "type": "Edm.String"},
    ]
    store = Store(tmp_path / "search.sqlite")
    with contextlib.closing(SearchService(store, shared_embedder())) as service:
        service.create_index({"name": "turnos", "fields": fields})
        body: JsonObject = {"value": [{"id": "1", "text": "uno"}]}
        change = asyncio.create_task(service.change("turnos", body))
        await asyncio.sleep(0)
        change.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await change
        await service.change("turnos", {"value": [{"id": "2", "text": "uno dos"}]})
        answer = await service.search("turnos", {"search": "uno", "count": True}, "")
    assert answer["@odata.count"] == 2
