"""What of the evidence is told to the model, of several sources and within a budget; and whether
it may be enough."""

from collections import Counter

from shared.contracts.evidence import EVIDENCE_WEAK, ContextPack, Snippet
from shared.search.fusion import distinct, rank

CHARACTERS_PER_TOKEN = 4
"""OpenAI's rule of thumb; an estimate is enough, the budget is far from the model's limit."""
LEAST_TOKENS = 60
"""A piece of a document shorter than this says too little to be told."""
OF_THE_SAME_SOURCE = 0.95
OF_THE_SAME_PAGE = 0.8
"""What a snippet's score counts for, once more for each that was chosen before it. Passages of one
page repeat one another: another page that is nearly as good says more."""


def diverse(found: ContextPack, top: int) -> ContextPack:
    """At most `top` snippets, the best first; those that hold an answer before all others, and of
    those that say the same one only.

    Choosing among what was chosen changes nothing, nor does the order of what is chosen from.
    """
    answering = {(each.index, each.document_id) for each in found.answers}

    def answers_in(snippet: Snippet) -> bool:
        return (snippet.index, snippet.document_id) in answering

    # The document that an answer is of stays before its copies.
    left = distinct(sorted(found.snippets, key=lambda each: (not answers_in(each), rank(each))))
    left.sort(key=rank)
    pages: Counter[str] = Counter()
    sources: Counter[str] = Counter()

    def worth(snippet: Snippet) -> float:
        again = OF_THE_SAME_SOURCE ** sources[snippet.source]
        again *= OF_THE_SAME_PAGE ** pages[page_of(snippet)]
        return snippet.score * again + answers_in(snippet)

    chosen: list[Snippet] = []
    while left and len(chosen) < top:
        # Of equals `max` takes the first, which is the best by rank.
        best = max(left, key=worth)
        left.remove(best)
        chosen.append(best)
        pages[page_of(best)] += 1
        sources[best.source] += 1
    return _with(found, chosen)


def page_of(snippet: Snippet) -> str:
    """Where the snippet stands: its address without the place on the page."""
    return (snippet.url or snippet.document_id).partition("#")[0]


def within(found: ContextPack, tokens: int) -> ContextPack:
    """As many snippets as fit, in their order: whole, else their caption, else their beginning."""
    told: list[Snippet] = []
    for snippet in found.snippets:
        if (fitting := _fitting(snippet, tokens)) is not None:
            told.append(fitting)
            tokens -= tokens_of(fitting)
    return _with(found, told)


def whole_of(told: ContextPack, found: ContextPack) -> ContextPack:
    """What was told, with all the text that was found of it."""
    whole = {(each.index, each.document_id): each for each in found.snippets}
    return told.model_copy(
        update={"snippets": tuple(whole[each.index, each.document_id] for each in told.snippets)}
    )


def tokens_of(snippet: Snippet) -> int:
    """Estimated, of title and content."""
    return -(-(len(snippet.title) + len(snippet.content)) // CHARACTERS_PER_TOKEN)


def judged(found: ContextPack, least: float) -> ContextPack:
    """What was found, with the warning EVIDENCE_WEAK when the best of it is worth less than `least`
    to the semantic ranker. What that was not asked about is not judged; that nothing was found
    needs no warning.

    Azure AI Search says what its scores mean: 4 answers the question completely, 3 lacks details, 2
    answers a part of it, 1 is about something related, 0 about something else (learn.microsoft.com,
    "Semantic ranking in Azure AI Search"). The scores of words, vectors and ranks mean nothing of
    the kind: they are as high where nothing answers. docs/cerebro.md has how often this is right.
    """
    scores = [each.reranker_score for each in found.snippets if each.reranker_score is not None]
    judges = bool(scores) and len(scores) == len(found.snippets)
    if not judges or max(scores) >= least or EVIDENCE_WEAK in found.warnings:
        return found
    return found.model_copy(update={"warnings": (*found.warnings, EVIDENCE_WEAK)})


def _fitting(snippet: Snippet, tokens: int) -> Snippet | None:
    if tokens_of(snippet) <= tokens:
        return snippet
    if snippet.caption is not None and snippet.caption.text:
        shorter = snippet.model_copy(update={"content": snippet.caption.text})
        if tokens_of(shorter) <= tokens:
            return shorter
    room = tokens * CHARACTERS_PER_TOKEN - len(snippet.title) - len(" …")
    if room < LEAST_TOKENS * CHARACTERS_PER_TOKEN:
        return None
    beginning = snippet.content[:room].rpartition(" ")[0]
    return snippet.model_copy(update={"content": f"{beginning} …"}) if beginning else None


def _with(found: ContextPack, snippets: list[Snippet]) -> ContextPack:
    """An answer stays with the document that it can be cited from."""
    there = {(each.index, each.document_id) for each in snippets}
    answers = tuple(each for each in found.answers if (each.index, each.document_id) in there)
    return found.model_copy(update={"snippets": tuple(snippets), "answers": answers})
