"""The semantic ranker: scores, captions and answers."""

import asyncio
from itertools import pairwise

import pytest
from azure.core.exceptions import HttpResponseError
from azure.search.documents.aio import AsyncSearchItemPaged, SearchClient

from .cloud import Found, ids

QUESTION = "¿Cuántos días hay para devolver un producto?"


async def ask(client: SearchClient, text: str, **options: object) -> AsyncSearchItemPaged[Found]:
    results: AsyncSearchItemPaged[Found] = await client.search(
        text, query_type="semantic", semantic_configuration_name="semantica", **options  # type: ignore[arg-type]
    )  # fmt: skip
    return results


async def test_results_are_reordered_by_a_score_from_0_to_4(library: SearchClient) -> None:
    found = [document async for document in await ask(library, QUESTION)]
    scores = [document["@search.reranker_score"] for document in found]
    numbers = [score for score in scores if isinstance(score, float)]
    assert len(numbers) == len(found)
    assert all(0 <= score <= 4 for score in numbers)
    assert all(before >= after for before, after in pairwise(numbers))
    assert found[0]["id"] == "devoluciones"


async def test_a_caption_is_the_best_passage_with_its_words_marked(library: SearchClient) -> None:
    results = await ask(library, QUESTION, query_caption="extractive", top=1)
    captions = (await anext(results))["@search.captions"]
    assert isinstance(captions, list)
    assert captions[0].text.startswith("El cliente dispone de catorce días")
    assert "para <em>devolver</em> un <em>producto</em>" in captions[0].highlights


async def test_highlights_of_captions_can_be_switched_off(library: SearchClient) -> None:
    results = await ask(
        library, QUESTION, query_caption="extractive", query_caption_highlight_enabled=False
    )
    captions = (await anext(results))["@search.captions"]
    assert isinstance(captions, list)
    assert not captions[0].highlights


async def test_a_question_is_answered_with_the_best_sentence(library: SearchClient) -> None:
    results = await ask(library, QUESTION, query_answer="extractive", query_answer_count=1)
    answers = await results.get_answers()
    assert answers is not None
    assert [answer.key for answer in answers] == ["devoluciones"]
    assert answers[0].text == "El cliente dispone de catorce días para devolver un producto."
    assert answers[0].score is not None
    assert 0.7 <= answers[0].score <= 1


async def test_what_is_no_question_and_what_is_not_sure_gets_no_answer(
    library: SearchClient,
) -> None:
    statement = await ask(library, "devolver producto", query_answer="extractive")
    assert await statement.get_answers() == []
    unsure = await ask(library, QUESTION, query_answer="extractive", query_answer_threshold=0.999)
    assert await unsure.get_answers() == []


async def test_answers_are_absent_unless_asked_for(library: SearchClient) -> None:
    assert await (await ask(library, QUESTION)).get_answers() is None


async def test_a_semantic_query_of_its_own_reorders_what_the_text_found(
    library: SearchClient,
) -> None:
    results = await ask(library, "cliente", semantic_query="anular un pedido confirmado")
    assert await ids(results) == ["pedidos", "devoluciones"]


async def test_an_order_of_the_callers_own_is_refused(library: SearchClient) -> None:
    with pytest.raises(HttpResponseError, match="orderby is not supported"):
        await ids(await ask(library, QUESTION, order_by=["pages"]))


async def test_documents_may_go_while_the_ranker_thinks(library: SearchClient) -> None:
    async def rewrite() -> None:
        for number in range(5):
            await library.delete_documents([{"id": "devoluciones"}])
            await library.upload_documents([{"id": "devoluciones", "title": f"Versión {number}"}])

    async def search(number: int) -> list[str]:
        return await ids(await ask(library, f"¿Qué producto puedo devolver {number}?"))

    found = await asyncio.gather(rewrite(), *(search(number) for number in range(5)))
    assert all(keys for keys in found[1:])
