"""What a caller may ask of Cerebro: the `search` block of an agent call."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from shared.contracts.problems import FieldProblem
from shared.contracts.sent import Sent

type SearchMode = Literal["keyword", "semantic", "vector", "hybrid"]
type Normalisation = Literal["min_max", "z_score", "reciprocal_rank"]
"""How the scores of different indexes are made comparable."""
type QuerySyntax = Literal["simple", "full"]
type RetrievalPolicy = Literal["always", "never", "conditional"]
type Injection = Literal["system", "user"]
type CitationStyle = Literal["inline", "footnote", "none"]

MAX_INDEXES = 3
MAX_TOP = 10
MAX_SKIP = 1_000
LANGUAGE_ENDINGS: Mapping[str, str] = {"es": "", "en": "-en"}
"""Of the name of the semantic configuration that reads a language."""
MAX_DIMENSIONS = 4_096
"""The longest vector that Azure AI Search holds."""

# --- warnings of a context pack; a detail follows behind a colon ------------------------------

EMBEDDING_FAILED = "embedding_failed"
"""There was no vector for `vector` or `hybrid`: the words alone were searched for."""
SEMANTIC_FAILED = "semantic_failed"
"""The semantic ranker could not be asked: results are in the order of the plain search."""
ANSWERS_GENERATIVE = "answers_generative"
"""Azure AI Search has no generative answers: extractive ones were asked for."""
ANSWERS_WITHOUT_SEMANTIC = "answers_without_semantic"
"""Answers and captions come from the semantic ranker, which this mode does not ask."""
SYNTAX_FAILED = "syntax_failed"
"""The words are no query of the full syntax: they were searched as they stand."""
SYNTAX_IGNORED = "syntax_ignored"
"""The semantic ranker reads plain words: the full syntax goes with `keyword` only."""
HIGHLIGHT_WITHOUT_WORDS = "highlight_without_words"
"""By its vector alone a document is found for no word that could be marked."""
LANGUAGE_UNKNOWN = "language_unknown"
"""No field is analysed in this language (`language_unknown:fr`): the default's fields were used."""

FLAT_SPELLINGS: Mapping[str, str] = {
    "search_index": "index",
    "search_indexes": "indexes",
    "search_mode": "mode",
    "semantic_config": "semanticConfiguration",
    "topK": "topK",
    "filter": "filter",
    "select": "select",
    "language": "queryLanguage",
}
"""Of a flow's node, which may write these beside its `search` block: what they are called in it."""


def _split(value: object) -> object:
    """Azure's own spelling of a list of fields: one text with commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


type IndexName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,127}$")]
"""As Azure AI Search allows it; nothing in it can leave its place in a URL."""
type FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_/]{0,127}$")]
type FieldNames = Annotated[
    tuple[FieldName, ...],
    Field(max_length=32, strict=False),
    BeforeValidator(_split),
    AfterValidator(_distinct),
]
"""A JSON array of names, or one text with commas between them."""
type Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w .-]+$")]
"""As Azure AI Search allows it; whoever is refused one is told it again."""
type ODataFilter = Annotated[str, Field(min_length=1, max_length=4_000)]
type LanguageTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class SearchIntent(Sent):
    """What is asked of Cerebro; what is left out is decided by the profile and the settings.

    `top_k` results after merging, the first `skip` left out. `answers_threshold` is the least
    confidence of an answer, 0 to 1. `query_type` is the syntax of the words. `vector` is taken in
    place of one made from the words by `embedding_model`, which is that of the indexes.
    """

    index: IndexName | None = Field(
        default=None, validation_alias=AliasChoices("index", "search_index")
    )
    indexes: Annotated[tuple[IndexName, ...], Field(max_length=MAX_INDEXES, strict=False)] = Field(
        default=(), validation_alias=AliasChoices("indexes", "search_indexes")
    )
    mode: SearchMode = Field(default="hybrid", validation_alias=AliasChoices("mode", "search_mode"))
    query_type: QuerySyntax = "simple"
    semantic_configuration: Name | None = Field(
        default=None, validation_alias=AliasChoices("semanticConfiguration", "semantic_config")
    )
    top_k: int | None = Field(default=None, ge=1, le=MAX_TOP)
    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    filter: ODataFilter | None = None
    select: FieldNames = ()
    answers: Literal["extractive", "generative"] | None = None
    answers_count: int = Field(default=1, ge=1, le=10)
    answers_threshold: float = Field(default=0.7, ge=0, le=1)
    captions: Literal["extractive"] | None = None
    captions_highlight_enabled: bool = True
    highlight: FieldNames = ()
    scoring_profile: Name | None = None
    query_language: LanguageTag | None = Field(
        default=None, validation_alias=AliasChoices("queryLanguage", "language")
    )
    vector: (
        Annotated[
            tuple[Annotated[float, Field(allow_inf_nan=False)], ...],
            Field(min_length=1, max_length=MAX_DIMENSIONS, strict=False),
        ]
        | None
    ) = None
    vector_fields: FieldNames = ()
    embedding_model: Name | None = None
    retrieval_policy: RetrievalPolicy | None = None
    inject: Injection = "system"
    citation_style: CitationStyle = "inline"

    @property
    def chosen_indexes(self) -> tuple[str, ...]:
        """Both spellings together, each index once; empty for the default of the settings."""
        return _distinct((*((self.index,) if self.index else ()), *self.indexes))

    @field_validator("indexes")
    @classmethod
    def _at_most(cls, indexes: tuple[str, ...], known: ValidationInfo) -> tuple[str, ...]:
        if len({*indexes, known.data.get("index")} - {None}) > MAX_INDEXES:
            raise ValueError(f"at most {MAX_INDEXES} indexes, the one in `index` included")
        return indexes


def over(block: SearchIntent | None, beneath: SearchIntent | None) -> SearchIntent | None:
    """The block, with what is beneath it where it says nothing; its indexes are all or none."""
    if block is None or beneath is None:
        return block or beneath
    said, below = (each.model_dump(by_alias=True, exclude_unset=True) for each in (block, beneath))
    if {"index", "indexes"} & said.keys():
        below = {name: value for name, value in below.items() if name not in ("index", "indexes")}
    return SearchIntent.model_validate(below | said)


def read_intent(args: Mapping[str, object]) -> SearchIntent | tuple[FieldProblem, ...]:
    """What the arguments of a tool ask, or what is wrong with them, by field of the block."""
    try:
        return SearchIntent.model_validate(args)
    except ValidationError as error:
        return tuple(
            FieldProblem(pointer="/".join(["/search", *map(str, each["loc"])]), message=each["msg"])
            for each in error.errors(include_url=False, include_input=False)
        )
