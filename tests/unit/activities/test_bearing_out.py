"""What needs evidence, what has it, and what says itself that there is none."""

import pytest

from activities.bearing_out import lacks_evidence
from shared.contracts.evidence import Citation
from shared.contracts.grounding import LEAST_SHARE


def lacks(text: str, cited: tuple[Citation, ...] = (), known: tuple[str, ...] = ()) -> bool:
    return lacks_evidence(text, cited, known, LEAST_SHARE)


def citation(*, verified: bool) -> Citation:
    return Citation(
        number=1, source="s", score=1.0, index="cerebro", document_id="d", verified=verified
    )


@pytest.mark.parametrize(
    "text",
    [
        "La tasa es de 92,40 euros.",
        "Sí.",
        "No, no es obligatorio.",
        "No hay tasa.",
        "No se paga nada.",
        "Los documentos se entregan en la oficina.",
        "Sin respuesta en tres meses se entiende denegada.",
        "La documentación no lo dice, pero la tasa suele ser de 90 euros.",
        "La documentación no lo dice. La tasa suele ser de 90 euros.",
        "No lo sé; creo que son 90 euros.",
        "¿Quieres el trámite? Son 90 euros.",
        "Si no presentas el formulario, la licencia caduca.",
        "- El DNI\n- La solicitud",
        "The fee is 92.40 euros.",
        "We do not accept cards.",
        "No documentation is required.",
        "The documentation does not say, although it is usually 90 euros.",
    ],
)
def test_what_states_something_without_a_citation_lacks_evidence(text: str) -> None:
    assert lacks(text)
    assert lacks(text, (citation(verified=False),))
    assert not lacks(text, (citation(verified=True), citation(verified=False)))


@pytest.mark.parametrize(
    "text",
    [
        "La documentación no lo dice.",
        "La documentación no lo dice. Si me das algún detalle más, lo busco de otra manera.",
        "Los documentos no mencionan la tasa de 2026.",
        "No consta en la documentación.",
        "No se menciona en los documentos que he recibido.",
        "No he encontrado información sobre eso; no puedo confirmarlo.",
        "No hay suficiente información para contestar.",
        "No lo sé.",
        "No puedo borrar tareas.",
        "¿A qué licencia te refieres?",
        "The documentation does not say. If you give me some more detail, I will look again.",
        "The documents don’t mention a fee.",
        "I could not find anything about it.",
        "There is no information about that.",
        "",
    ],
)
def test_what_says_that_it_does_not_know_needs_no_evidence(text: str) -> None:
    assert not lacks(text)


def test_what_says_nothing_and_cites_what_does_not_bear_it_out_lacks_evidence() -> None:
    assert lacks("La documentación no lo dice.", (citation(verified=False),))


def test_what_the_conversation_has_shown_needs_no_document() -> None:
    known = ("He creado la tarea T-7, «revisar el lote», con fecha límite el 4 de diciembre.",)
    assert not lacks("Has creado la tarea T-7, «revisar el lote».", known=known)
    assert lacks("Has creado la tarea T-8, «revisar el lote».", known=known)
    assert lacks("Has creado la tarea T-7. La tasa es de 90 euros.", known=known)
