"""What settings decide about the evidence of a run."""

from dataclasses import dataclass

from shared.contracts.search import Normalisation, SearchIntent


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`tokens` are those of all snippets together. An index that needs longer than `seconds`, with
    its retries, is done without, and so is the meaning of a message after `embedding_seconds`.
    `captions` are the passages that speak most of the question, shown with citations; `answers`
    those that answer it, which the model is told besides."""

    normalisation: Normalisation = "min_max"
    tokens: int = 4_000
    seconds: float = 20.0
    embedding_seconds: float = 15.0
    captions: bool = False
    answers: bool = False

    @property
    def intent(self) -> SearchIntent | None:
        """What a turn asks besides a hybrid search; None if it is nothing. The semantic ranker,
        which reads the question anyway, gives it with the same request."""
        if not self.captions and not self.answers:
            return None
        return SearchIntent(
            captions="extractive" if self.captions else None,
            # Nobody is shown which words were found.
            captions_highlight_enabled=False,
            answers="extractive" if self.answers else None,
        )
