"""What settings decide about the evidence of a run."""

from dataclasses import dataclass

from shared.contracts.search import Normalisation


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`tokens` are those of all snippets together. An index that needs longer than `seconds`, with
    its retries, is done without, and so is the meaning of a message after `embedding_seconds`."""

    normalisation: Normalisation = "min_max"
    tokens: int = 4_000
    seconds: float = 20.0
    embedding_seconds: float = 15.0
