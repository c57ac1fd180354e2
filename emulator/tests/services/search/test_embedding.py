"""The embedding model: unit vectors in which related texts lie closer."""

from pathlib import Path

import numpy as np
import pytest

from emulator.services.embedding import DIMENSIONS, Embedder, shared_embedder
from emulator.services.vector_file import VectorFile


def test_vectors_are_of_unit_length_and_in_order() -> None:
    embedder = shared_embedder()
    texts = ["factura", "vacaciones", "factura"]
    vectors = embedder.embed(texts)
    assert [len(vector) for vector in vectors] == [DIMENSIONS] * 3
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 3, abs=1e-5)
    assert vectors[0] == vectors[2] != vectors[1]


def test_a_question_lies_nearest_to_the_text_that_answers_it_in_another_language() -> None:
    embedder = shared_embedder()
    passages = [
        "La contraseña caduca cada noventa días.",
        "El inventario se cuenta dos veces al año.",
        "Los gastos de viaje se justifican con el recibo.",
    ]
    similarity = embedder.matrix(passages, "passage") @ embedder.matrix(["travel expenses"])[0]
    assert int(np.argmax(similarity)) == 2


def test_query_and_passage_of_one_text_differ() -> None:
    embedder = shared_embedder()
    assert embedder.embed(["factura"], "query") != embedder.embed(["factura"], "passage")


def test_odd_texts_do_no_harm() -> None:
    vectors = shared_embedder().embed(["", "a\0b", "\ud800", "x" * 300])
    assert np.isfinite(vectors).all()
    assert shared_embedder().embed([]) == []


def test_what_is_forgotten_is_embedded_again() -> None:
    embedder = Embedder(cache_size=1)
    first = embedder.embed(["factura", "gasto"])
    assert embedder.embed(["factura", "gasto"]) == first


async def test_embedding_in_a_thread_gives_the_same() -> None:
    embedder = shared_embedder()
    assert await embedder.embed_in_thread(["factura"]) == embedder.embed(["factura"])


def test_tokens_are_counted() -> None:
    embedder = shared_embedder()
    assert embedder.token_count("una factura") < embedder.token_count("una factura muy larga")


def test_when_it_has_to_be_quick_only_what_it_has_not_seen_gets_a_vector_of_no_meaning() -> None:
    embedder = Embedder()
    seen = embedder.embed(["factura"])
    embedder.quick = True
    known, unseen, other = embedder.embed(["factura", "gasto", "viaje"])
    assert [known] == seen
    assert np.linalg.norm([unseen, other], axis=1) == pytest.approx([1.0] * 2, abs=1e-5)
    assert embedder.embed(["gasto"]) == [unseen] != [other]
    embedder.quick = False
    assert embedder.embed(["gasto"]) != [unseen]


def test_of_a_file_only_what_is_named_is_forgotten(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "vectors.sqlite")
    kept, gone = np.ones(3, dtype=np.float32), np.zeros(3, dtype=np.float32)
    file.write("query", {"kept": kept, "gone": gone})
    file.write("passage", {"gone": gone})
    file.forget("query", ["gone", "never there"])
    assert set(file.read("query", ["kept", "gone"])) == {"kept"}
    assert set(file.read("passage", ["gone"])) == {"gone"}
    file.close()
