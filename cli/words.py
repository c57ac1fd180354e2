"""What the chat says by itself, in Spanish and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Language = Literal["es", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; those with braces are filled by `str.format`."""

    greeting: str
    prompt: str
    farewell: str
    states: Mapping[str, str]
    tools: Mapping[str, str]
    restart: str
    lost: str
    sources: str
    unverified: str
    missing: str
    choices: str
    approval: str
    decide: str
    error: str
    retryable: str
    finished: str
    go_on: str


SPANISH = Words(
    greeting="Conversación con EIRA como {user}. Ctrl-D termina.",
    prompt="tú> ",
    farewell="Hasta luego. Para seguir: {command}",
    states={
        "RECEIVED": "recibido",
        "TRIAGED": "clasificado",
        "RETRIEVED_CONTEXT": "documentación consultada",
        "PLANNED": "planificado",
        "WAITING_APPROVAL": "a la espera de una aprobación",
        "WAITING_INPUT": "a la espera de una respuesta",
        "EXECUTING_TOOLS": "ejecutando",
        "STREAMING_RESPONSE": "respondiendo",
        "PERSISTED_EVENT": "registrado",
        "DONE": "terminado",
        "FAILED": "fallido",
        "CANCELLED": "cancelado",
    },
    tools={
        "started": "en marcha",
        "ok": "hecho",
        "failed": "ha fallado",
        "unknown": "resultado desconocido",
        "skipped": "omitido",
    },
    restart="la respuesta empieza de nuevo ({reason}); lo anterior no vale",
    lost="conexión perdida tras el evento {after}; se reanuda …",
    sources="Fuentes",
    unverified="sin comprobar: el documento no lo dice así",
    missing="Falta",
    choices="a elegir: {choices}",
    approval="espera una aprobación: {tool}, {identifier}, hasta {expires}",
    decide="quien puede decidir la ve en GET /api/approvals, con el runId y el payloadHash que pide"
    " POST /api/runs/{{runId}}/approvals/{identifier}; Ctrl-C sale sin detener la ejecución",
    error="Error {code}: {message}",
    retryable="Se puede intentar de nuevo.",
    finished="{tokens} tokens · conversación {conversation}",
    go_on="para seguir: {command}",
)

ENGLISH = Words(
    greeting="A conversation with EIRA as {user}. Ctrl-D ends it.",
    prompt="you> ",
    farewell="Goodbye. To go on: {command}",
    states={
        "RECEIVED": "received",
        "TRIAGED": "triaged",
        "RETRIEVED_CONTEXT": "documentation consulted",
        "PLANNED": "planned",
        "WAITING_APPROVAL": "waiting for an approval",
        "WAITING_INPUT": "waiting for an answer",
        "EXECUTING_TOOLS": "executing",
        "STREAMING_RESPONSE": "answering",
        "PERSISTED_EVENT": "recorded",
        "DONE": "done",
        "FAILED": "failed",
        "CANCELLED": "cancelled",
    },
    tools={
        "started": "started",
        "ok": "done",
        "failed": "failed",
        "unknown": "outcome unknown",
        "skipped": "skipped",
    },
    restart="the answer starts again ({reason}); what was above is void",
    lost="connection lost after event {after}; resuming …",
    sources="Sources",
    unverified="not verified: the document does not say it so",
    missing="Missing",
    choices="choose: {choices}",
    approval="waits for an approval: {tool}, {identifier}, until {expires}",
    decide="whoever may decide sees it at GET /api/approvals, with the runId and payloadHash for"
    " POST /api/runs/{{runId}}/approvals/{identifier}; Ctrl-C leaves and does not stop the run",
    error="Error {code}: {message}",
    retryable="It can be tried again.",
    finished="{tokens} tokens · conversation {conversation}",
    go_on="to go on: {command}",
)


def words_in(language: Language) -> Words:
    return SPANISH if language == "es" else ENGLISH


def language_of(environment: Mapping[str, str]) -> Language:
    """From the variables that POSIX reads for messages, the first that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "es" if value.lower().startswith("es") else "en"
    return "en"
