"""What settings decide about the evidence of a run."""

from dataclasses import dataclass

from shared.contracts.search import Normalisation, SearchIntent

LEAST_RELEVANCE = 2.0
"""What answers a part of the question, as Azure AI Search has it; docs/cerebro.md has how often
that is right."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`tokens` are those of all snippets together. An index that needs longer than `seconds`, with
    its retries, is done without, and so is the meaning of a message after `embedding_seconds`.
    `captions` are the passages that speak most of the question, shown with citations; `answers`
    those that answer it, which the model is told besides. Evidence whose best has less than
    `least_relevance`, 0 to 4 by the semantic ranker, may not be enough for an answer."""

    normalisation: Normalisation = "min_max"
    tokens: int = 4_000
    seconds: float = 20.0
    embedding_seconds: float = 15.0
    captions: bool = False
    answers: bool = False
    least_relevance: float = LEAST_RELEVANCE

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
