"""People's questions lead, by meaning alone, to the document that answers them."""

from collections.abc import Sequence

import numpy as np
import pytest

from emulator.services.embedding import Embedder, Vector

from .packs import knowledge

QUESTIONS = [
    ("¿Qué necesito para renovar la licencia?", "renovar-licencia-actividad"),
    ("¿Cuánto cuesta una licencia de obra menor?", "licencia-obra-menor"),
    ("¿Cómo me empadrono?", "empadronamiento"),
    ("¿Cuántos días de vacaciones tengo?", "vacaciones-permisos"),
    ("¿Quién aprueba un gasto de 2000 euros?", "aprobaciones-limites"),
    ("olvidé mi contraseña", "contrasena-restablecer"),
    ("¿Cómo pongo una queja?", "quejas-sugerencias"),
    ("¿Hasta cuándo puedo renovar la terraza?", "terrazas-ocupacion"),
    ("¿Cuánto se paga por kilómetro?", "gastos-dietas"),
    ("¿Cuándo hay que enviar el parte de horas?", "partes-horas"),
    ("requisitos para un contrato menor", "contrato-menor"),
    ("¿cómo borro mis datos personales?", "proteccion-datos-derechos"),
    ("¿qué datos hacen falta para dar de alta un usuario?", "usuarios-alta"),
    ("¿cuánto tardan en pagar una factura?", "facturas-proveedores"),
    ("subvención para una asociación de vecinos", "subvenciones-asociaciones"),
    ("quiero fraccionar una tasa", "aplazamiento-tasas"),
    ("¿quién puede abrir proyectos?", "proyectos-crear"),
    ("¿cómo archivo un expediente?", "archivo-expedientes"),
    ("What do I need to renew my licence?", "renew-activity-licence-en"),
    ("How do I reset my password?", "password-support-en"),
    ("How many holidays do I get?", "holidays-time-en"),
    ("Who approves an expense of 5000 euros?", "approvals-purchases-en"),
]

type Library = tuple[Embedder, Vector]


@pytest.fixture(scope="module")
def library() -> Library:
    """The vectors of all titles, made once: whole texts would take half a second each."""
    embedder = Embedder()
    return embedder, embedder.matrix([str(document.meta["title"]) for document in knowledge()])


def best(library: Library, question: str, count: int) -> Sequence[object]:
    embedder, vectors = library
    ranked = np.argsort(-(vectors @ embedder.matrix([question])[0]))[:count]
    return [knowledge()[index].meta["id"] for index in ranked]


@pytest.mark.parametrize(("question", "answer"), QUESTIONS)
def test_the_right_title_is_among_the_first_three(
    library: Library, question: str, answer: str
) -> None:
    assert answer in best(library, question, 3)


def test_renewing_a_licence_fills_the_first_places(library: Library) -> None:
    found = best(library, "¿Qué necesito para renovar la licencia?", 4)

    assert len({"renovar-licencia-actividad", "renovar-licencia-pasos"} & set(found)) == 2
