"""The three kinds of turns that are measured, and how long their answers are."""

from dataclasses import dataclass
from itertools import count

_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class TurnKind:
    """`text` is what the person writes; `model_calls` how often a turn asks the chat model, and
    `embeddings` how often the embedding model before its answer."""

    name: str
    text: str
    model_calls: int
    embeddings: int

    def message(self, tokens: int) -> str:
        """Asks the local model, by a mark it knows, for an answer of exactly so many tokens.

        No two messages are the same: what was asked before costs no embedding, as each worker
        remembers the vectors of its questions.
        """
        return f"{self.text} [[tokens:{tokens}]] [[message:{next(_NUMBERS)}]]"


SMALL_TALK = TurnKind("small talk", "Hola, ¿cómo va?", 2, 0)
KNOWLEDGE = TurnKind("knowledge", "¿Qué necesito para renovar la licencia?", 3, 1)
TASK = TurnKind(
    "task", "Crea una tarea: revisar contrato ACME, prioridad alta, para el 2026-12-04", 3, 1
)
KINDS = (SMALL_TALK, KNOWLEDGE, TASK)
