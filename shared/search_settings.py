"""Settings of Cerebro: where it is, what may be asked of it, how answers stand on it."""

from typing import Literal

from pydantic import Field

from shared.sections import Section, Url


class AzureSearchSettings(Section):
    """Without a key the managed identity is used."""

    endpoint: Url
    api_key: str | None = Field(default=None, repr=False)
    default_index: str = "cerebro"
    semantic_configuration: str = "cerebro-semantic"


class SearchSettings(Section):
    """`allowed_indexes` may be named by callers; every message is looked up in `message_indexes`
    (without them, in all that are allowed), and events are remembered in the first of those.
    `languages`: in which of them the indexes hold their texts. A caller may name the default
    semantic configuration, its variants by language, and those of the list. A caller's vector
    must have `dimensions` numbers, and the embedding model is asked for as many, if they are told.

    `max_fan_out` indexes are asked at the same time; `normalisation` makes their scores comparable.
    `context_tokens` bound the evidence of an answer; without an index that needs longer than
    `timeout_seconds`, or a vector that needs `embedding_seconds`, the search goes on.

    `captions` and `answers` of the semantic ranker are asked for with each question.

    Evidence less relevant than `least_relevance` by the semantic ranker is doubted in the answer.

    `policy` to `least_share` say how an answer stands on documents (shared/contracts/grounding.py).
    """

    allowed_indexes: tuple[str, ...] = Field(default=("cerebro",), min_length=1)
    message_indexes: tuple[str, ...] = ()
    allowed_semantic_configurations: tuple[str, ...] = ()
    languages: tuple[Literal["es", "en"], ...] = Field(default=("es", "en"), min_length=1)
    dimensions: int | None = Field(default=None, ge=2, le=4096)
    top: int = Field(default=5, ge=1, le=10)
    max_fan_out: int = Field(default=3, ge=1, le=16)
    normalisation: Literal["min_max", "z_score", "reciprocal_rank"] = "min_max"
    context_tokens: int = Field(default=4_000, ge=200)
    timeout_seconds: float = Field(default=20.0, gt=0)
    embedding_seconds: float = Field(default=15.0, gt=0)
    captions: bool = False
    answers: bool = False
    least_relevance: float = Field(default=2.0, ge=0, le=4)
    policy: Literal["always", "never", "conditional"] = "always"
    inject: Literal["system", "user"] = "system"
    citation_style: Literal["inline", "footnote", "none"] = "inline"
    unverifiable: Literal["mark", "drop"] = "mark"
    least_share: float = Field(default=0.5, gt=0, le=1)
