"""From what is asked of Cerebro to the options of one search: a pure function, and its summary.

The filter on tenant and roles is made here, and joined by `and` with what the caller's filter says:
that one is read into a tree first and written anew, so it can neither close a bracket nor leave
anything out.
"""

from dataclasses import dataclass, replace
from typing import Literal

from shared.contracts.identity import Language
from shared.contracts.problems import FieldProblem
from shared.contracts.search import (
    ANSWERS_GENERATIVE,
    ANSWERS_WITHOUT_SEMANTIC,
    EMBEDDING_FAILED,
    HIGHLIGHT_WITHOUT_WORDS,
    LANGUAGE_UNKNOWN,
    SEMANTIC_FAILED,
    SYNTAX_FAILED,
    SYNTAX_IGNORED,
    SearchIntent,
)
from shared.contracts.wording import say
from shared.errors import InvalidRequestError, NotAllowedError
from shared.ports import KnowledgeQuery
from shared.search.audience import audience_filter
from shared.search.fields import (
    CITED,
    FILTERABLE,
    LANGUAGES,
    MAIN_LANGUAGE,
    SCORING_PROFILES,
    SELECTABLE,
    VECTOR_FIELD,
    LanguageFields,
)
from shared.search.odata import Filter, FilterError, parse, written

CANDIDATES = 50
"""Neighbours a vector query brings before fusion, as the service recommends for hybrid."""
NOTHING_IN_PARTICULAR = SearchIntent()
"""Made here, as the first takes 20 ms: a worker imports this before it is asked anything."""
MERGED_PAGE = 50
"""The most results one of several indexes gives, whose pages are cut after merging."""


@dataclass(frozen=True, slots=True)
class SearchProfile:
    """What settings, or a credential profile, say of a search; `dimensions` of the vectors, if
    they are known. `languages` are those whose fields the indexes have, `embedding_model` is that
    of all their vectors."""

    default_index: str
    semantic_configuration: str
    allowed_indexes: tuple[str, ...]
    allowed_configurations: tuple[str, ...] = ()
    languages: tuple[str, ...] = tuple(LANGUAGES)
    dimensions: int | None = None
    embedding_model: str | None = None


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What one index is asked; None and False are left to the service."""

    index: str
    text: str | None
    query_type: Literal["simple", "full", "semantic"]
    search_fields: tuple[str, ...]
    filter: str
    shape: str
    """The filter without any constant: of the caller's part, `?` stands for each."""
    select: tuple[str, ...]
    selected: tuple[str, ...]
    """Of `select`, what is not in every snippet anyway."""
    top: int
    skip: int = 0
    semantic_configuration: str | None = None
    vector: tuple[float, ...] | None = None
    vector_fields: tuple[str, ...] = ()
    answers: int = 0
    answers_threshold: float = 0.0
    captions: bool = False
    captions_highlight: bool = False
    highlight: tuple[str, ...] = ()
    scoring_profile: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def near(self) -> int:
        """How many neighbours its vector brings: those of this page, too, by vector alone."""
        return max(CANDIDATES, self.skip + self.top)

    def without_semantic(self) -> "SearchOptions":
        """The same for a service whose semantic ranker cannot be asked."""
        return replace(
            self,
            query_type="simple",
            semantic_configuration=None,
            answers=0,
            captions=False,
            warnings=(*self.warnings, SEMANTIC_FAILED),
        )

    def with_plain_words(self) -> "SearchOptions":
        """The same for words that are no query of the full syntax."""
        return replace(self, query_type="simple", warnings=(*self.warnings, SYNTAX_FAILED))

    def summary(self) -> str:
        """What was decided, a line each and always in this order; nothing a person wrote."""
        words = "no words" if self.text is None else f"words in {_listed(self.search_fields)}"
        decided = {
            "index": self.index,
            "type": f"{self.query_type}, {words}",
            "semantic": self.semantic_configuration,
            "vector": self._vector_summary(),
            "filter": self.shape,
            "select": _listed(self.select),
            "page": f"{self.top} after {self.skip}",
            "answers": self.answers and f"{self.answers} from {self.answers_threshold:g}",
            "captions": self.captions and ("highlighted" if self.captions_highlight else "plain"),
            "highlight": _listed(self.highlight),
            "scoring": self.scoring_profile,
            "warnings": _listed(self.warnings),
        }
        return "\n".join(f"{name}: {value}" for name, value in decided.items() if value)

    def _vector_summary(self) -> str:
        if self.vector is None:
            return ""
        return f"{len(self.vector)} dimensions in {_listed(self.vector_fields)}, {self.near} near"


def build_options(query: KnowledgeQuery, profile: SearchProfile) -> SearchOptions:
    """The options of one index's search.

    Raises InvalidRequestError naming the field of the `search` block that cannot be, and
    NotAllowedError naming what the settings do not allow.
    """
    intent = query.intent or NOTHING_IN_PARTICULAR
    fields, warnings = _language(query, profile)
    vector = _own_vector(intent, profile, query.language) or query.vector
    by_vector = intent.mode in ("vector", "hybrid") and vector is not None
    if intent.mode in ("vector", "hybrid") and not by_vector:
        warnings = (*warnings, EMBEDDING_FAILED)
    # Without its vector, a search by meaning still has the semantic ranker.
    semantic = intent.mode in ("semantic", "hybrid") or (intent.mode == "vector" and not by_vector)
    own, shape = _filters(query, intent)
    top, skip = _page(query, intent)
    options = SearchOptions(
        index=query.index,
        text=None if intent.mode == "vector" and by_vector else query.text,
        query_type="semantic" if semantic else intent.query_type,
        search_fields=fields.searched,
        filter=own,
        shape=shape,
        select=_selected(intent, query.language),
        selected=tuple(name for name in intent.select if name not in CITED),
        top=top,
        skip=skip,
        semantic_configuration=_configuration(intent, profile, fields) if semantic else None,
        vector=vector if by_vector else None,
        vector_fields=_vector_fields(intent, query.language) if by_vector else (),
        highlight=_highlighted(intent, fields, query.language),
        scoring_profile=_scoring(intent, query.language),
        warnings=warnings,
    )
    return _with_evidence(options, intent)


def check(query: KnowledgeQuery, profile: SearchProfile) -> None:
    """Whether this can be asked at all, and of the indexes it names, before anything is. Raises
    what `build_options` does."""
    intent = query.intent or NOTHING_IN_PARTICULAR
    for index in intent.chosen_indexes or (profile.default_index,):
        if index not in profile.allowed_indexes:
            raise NotAllowedError("search_index_not_allowed", name=index)
    build_options(query, profile)
    _vector_fields(intent, query.language)
    _configuration(intent, profile, LANGUAGES[MAIN_LANGUAGE])
    if intent.embedding_model not in (None, profile.embedding_model):
        # Vectors of another model are of another space, even where their lengths agree.
        raise NotAllowedError("search_embedding_not_allowed", name=intent.embedding_model)


def _language(
    query: KnowledgeQuery, profile: SearchProfile
) -> tuple[LanguageFields, tuple[str, ...]]:
    """The fields that hold the words of the language asked for, or else of the conversation's."""
    asked = query.intent.query_language if query.intent else None
    language = (asked or query.language).partition("-")[0].lower()
    if language in profile.languages and language in LANGUAGES:
        return LANGUAGES[language], ()
    warnings = (f"{LANGUAGE_UNKNOWN}:{language}",) if asked else ()
    return LANGUAGES[MAIN_LANGUAGE], warnings


def _filters(query: KnowledgeQuery, intent: SearchIntent) -> tuple[str, str]:
    """The filter, and its shape."""
    audience = audience_filter(query.tenant_id, query.roles, query.other_versions)
    if intent.filter is None:
        return audience, "audience"
    tree = _parsed(intent.filter, query.language)
    return f"{audience} and ({written(tree)})", f"audience and ({written(tree, shape=True)})"


def _parsed(text: str, language: Language) -> Filter:
    try:
        return parse(text, FILTERABLE, ("title", "content"))
    except FilterError as error:
        reason = say(error.reason, language, **error.values)
        raise _invalid(
            "/search/filter", "filter_at", language, position=error.position, reason=reason
        ) from error


def _selected(intent: SearchIntent, language: Language) -> tuple[str, ...]:
    for place, name in enumerate(intent.select):
        if name not in SELECTABLE:
            raise _invalid(f"/search/select/{place}", "search_field", language, name=name)
    return tuple(dict.fromkeys((*CITED, *intent.select)))


def _configuration(intent: SearchIntent, profile: SearchProfile, fields: LanguageFields) -> str:
    """The one asked for, else the default's for the language."""
    asked = intent.semantic_configuration
    usual = profile.semantic_configuration
    if asked is None:
        return usual + fields.ending
    ours = {usual + each.ending for each in LANGUAGES.values()}
    if asked not in ours and asked not in profile.allowed_configurations:
        raise NotAllowedError("search_configuration_not_allowed", name=asked)
    return asked


def _page(query: KnowledgeQuery, intent: SearchIntent) -> tuple[int, int]:
    """How many results, after how many. Of several indexes each gives all up to the page's end:
    it is cut after merging."""
    top = intent.top_k or query.top
    if len(intent.chosen_indexes) <= 1:
        return top, intent.skip
    if top + intent.skip > MERGED_PAGE:
        raise _invalid("/search/skip", "search_skip", query.language, most=MERGED_PAGE - top)
    return top + intent.skip, 0


def _own_vector(
    intent: SearchIntent, profile: SearchProfile, language: Language
) -> tuple[float, ...] | None:
    """The caller's, of the right length; one of ours is of the index's model anyway."""
    wanted, vector = profile.dimensions, intent.vector
    if vector is None or wanted is None or len(vector) == wanted:
        return vector
    key, given = "search_dimensions", len(vector)
    raise _invalid("/search/vector", key, language, wanted=wanted, given=given)


def _vector_fields(intent: SearchIntent, language: Language) -> tuple[str, ...]:
    for place, name in enumerate(intent.vector_fields):
        if name != VECTOR_FIELD:
            raise _invalid(f"/search/vectorFields/{place}", "search_field", language, name=name)
    return intent.vector_fields or (VECTOR_FIELD,)


def _highlighted(
    intent: SearchIntent, fields: LanguageFields, language: Language
) -> tuple[str, ...]:
    """The fields in which the words are looked for, under whatever name the caller knows them."""
    places = {"title": fields.title, "content": fields.content}
    for place, name in enumerate(intent.highlight):
        if name not in places:
            raise _invalid(f"/search/highlight/{place}", "search_field", language, name=name)
    return tuple(places[name] for name in intent.highlight)


def _scoring(intent: SearchIntent, language: Language) -> str | None:
    name = intent.scoring_profile
    if name is not None and name not in SCORING_PROFILES:
        raise _invalid("/search/scoringProfile", "search_scoring", language, name=name)
    return name


def _with_evidence(options: SearchOptions, intent: SearchIntent) -> SearchOptions:
    """What only the semantic ranker gives, and what is said when it cannot."""
    warnings = list(options.warnings)
    if intent.answers == "generative":
        warnings.append(ANSWERS_GENERATIVE)
    if intent.query_type == "full" and options.query_type == "semantic":
        warnings.append(SYNTAX_IGNORED)
    if options.highlight and options.text is None:
        warnings.append(HIGHLIGHT_WITHOUT_WORDS)
        options = replace(options, highlight=())
    if options.semantic_configuration is None:
        if intent.answers or intent.captions:
            warnings.append(ANSWERS_WITHOUT_SEMANTIC)
        return replace(options, warnings=tuple(warnings))
    return replace(
        options,
        answers=intent.answers_count if intent.answers else 0,
        answers_threshold=intent.answers_threshold if intent.answers else 0.0,
        captions=intent.captions is not None,
        captions_highlight=intent.captions is not None and intent.captions_highlight_enabled,
        warnings=tuple(warnings),
    )


def _invalid(pointer: str, key: str, language: Language, **values: object) -> InvalidRequestError:
    text = say(key, language, **values)
    return InvalidRequestError((FieldProblem(pointer=pointer, message=text),))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
