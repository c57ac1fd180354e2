"""What an answer is made from: its data, what the model is told of them, what it may say."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from activities.bearing_out import lacks_evidence, shown_before
from activities.citation_styles import closing, kept, without_marks, without_unverified
from activities.citing import citations_of
from activities.plain_answers import told_documents, told_outcomes, without_wrong_marks
from activities.prompts import (
    Briefing,
    correction_section,
    evidence_section,
    results_section,
    understood_section,
)
from activities.steps import load_found, load_history, load_outcomes, load_plan, load_record
from activities.verifying import (
    NOT_DONE,
    Facts,
    given_by,
    id_shapes,
    ids_in,
    labels_of,
    problems_of,
    said_in,
)
from shared.contracts.activities import RespondRequest
from shared.contracts.conversations import History
from shared.contracts.evidence import Citation, ContextPack
from shared.contracts.grounding import Grounding
from shared.contracts.plan import Plan, Route
from shared.contracts.runs import FinishReason, RunRecord, ToolOutcome, Usage
from shared.contracts.tools import Pack
from shared.contracts.wording import say
from shared.ports import Dependencies, ModelMessage, ModelRequest
from shared.search.context import judged, whole_of, within

MAX_TOKENS: dict[Route, int] = {
    "SMALL_TALK": 400,
    "NEED_MORE_CONTEXT": 200,
    "UNKNOWN": 200,
    "FLOW_EXECUTION": 1_200,
}


@dataclass(frozen=True, slots=True)
class Material:
    """Everything an answer is made from; `evidence` is what the model is told of the documents,
    `whole` all of their text, which its citations are compared with."""

    record: RunRecord
    pack: Pack
    history: History
    evidence: ContextPack
    plan: Plan | None
    outcomes: tuple[ToolOutcome, ...]
    grounding: Grounding
    whole: ContextPack


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    finish_reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    citations: tuple[Citation, ...] = ()
    model_calls: int = 0


async def load_material(request: RespondRequest, deps: Dependencies) -> Material:
    """What another run has, where the answer is given again. Raises StoreError."""
    if request.again is not None:
        source = request.run.model_copy(update={"run_id": request.again})
        request = request.model_copy(update={"run": source})
    record, history, found, plan, outcomes = await asyncio.gather(
        load_record(request, deps),
        load_history(request, deps),
        load_found(request, request.indexes, deps),
        _plan(request, deps),
        load_outcomes(request, request.steps, request.language, deps),
    )
    pack = deps.packs.get(record.pack_version)
    told = within(found, deps.policy.retrieval.tokens)
    whole = whole_of(told, found)
    grounding = deps.policy.grounding
    material = Material(record, pack, history, told, plan, outcomes, grounding, whole)
    if not _is_of_documents(request, material):
        return material
    least = deps.policy.retrieval.least_relevance
    return replace(material, evidence=judged(told, least))


async def _plan(request: RespondRequest, deps: Dependencies) -> Plan | None:
    return await load_plan(request, deps) if request.planned else None


# --- what the model is told ----------------------------------------------------------------------


def model_request(
    request: RespondRequest, material: Material, wrong: Sequence[str], deps: Dependencies
) -> ModelRequest:
    """`wrong`: what an earlier draft of the answer said and should not have."""
    briefing = Briefing(
        material.pack,
        material.record,
        request.language,
        deps.now(),
        material.history.summary,
    )
    return ModelRequest(
        messages=_messages(briefing, request, material, correction_section(wrong)),
        max_tokens=MAX_TOKENS[request.route],
    )


def _messages(
    briefing: Briefing, request: RespondRequest, material: Material, more: list[str]
) -> tuple[ModelMessage, ...]:
    match request.route:
        case "SMALL_TALK":
            return briefing.messages("small_talk", more, material.history.turns)
        case "NEED_MORE_CONTEXT" | "UNKNOWN":
            return briefing.messages("clarify", ["<ask/>", *more], material.history.turns)
        case "FLOW_EXECUTION" if material.outcomes:
            sections = [results_section(material.outcomes), *_understood(briefing, material)]
            return briefing.messages("respond", [*sections, *more], material.history.turns)
        case "FLOW_EXECUTION":
            return _from_documents(briefing, material, more)


def _from_documents(
    briefing: Briefing, material: Material, more: list[str]
) -> tuple[ModelMessage, ...]:
    turns, grounding = material.history.turns, material.grounding
    if grounding.policy == "never":
        return briefing.messages("respond", more, turns)
    evidence = evidence_section(material.evidence)
    match grounding.inject:
        case "system":
            return briefing.messages("respond", [evidence, *more], turns)
        case "user":
            return briefing.messages("respond", more, turns, beside=[evidence])


def _understood(briefing: Briefing, material: Material) -> list[str]:
    if material.plan is None:
        return []
    return understood_section(material.plan, briefing.pack.tools, briefing.language)


# --- what the answer may say ---------------------------------------------------------------------


def wrong_in(text: str, request: RespondRequest, material: Material) -> tuple[str, ...]:
    """What the text says and the material does not; empty when it is right."""
    problems = problems_of(text, facts_of(request, material))
    return (*problems, *_borne_out_by_nothing(text, material))


def _borne_out_by_nothing(text: str, material: Material) -> Iterator[str]:
    """Where citations that cannot be verified are dropped, a text must not show their marks."""
    if material.outcomes or material.grounding.unverifiable == "mark":
        return
    for citation in citations_in(text, material):
        if not citation.verified:
            yield f"document {citation.number} does not say what is marked [{citation.number}]"


def citations_in(text: str, material: Material) -> tuple[Citation, ...]:
    return citations_of(text, material.whole, material.grounding.least_share)


def closing_of(
    text: str, cited: Sequence[Citation], request: RespondRequest, material: Material
) -> str:
    """What code writes below an answer that says this, with all its marks, and cites these."""
    doubtful = _is_of_documents(request, material) and lacks_evidence(
        text,
        cited,
        shown_before(material.history, material.record.context),
        material.grounding.least_share,
    )
    return closing(cited, material.grounding, request.language, doubtful=doubtful)


def _is_of_documents(request: RespondRequest, material: Material) -> bool:
    """Whether the documents were looked up for it: neither small talk nor what tools did."""
    return request.route == "FLOW_EXECUTION" and not material.outcomes and bool(request.indexes)


def hides_marks(request: RespondRequest, material: Material) -> bool:
    """Only an answer from documents has any: in one from results, brackets are a record's own."""
    cites = request.route == "FLOW_EXECUTION" and not material.outcomes
    return cites and material.grounding.citation_style == "none"


def facts_of(request: RespondRequest, material: Material) -> Facts:
    record, tools = material.record, material.pack.tools
    zone, now = ZoneInfo(record.time_zone), record.received_at
    shapes, today = id_shapes(tools.values()), now.astimezone(zone).date()
    if not material.outcomes:
        known = ids_in(_conversation(material), shapes)
        searched = request.route == "FLOW_EXECUTION"
        return Facts(
            shapes=shapes,
            known=known,
            done=known,
            today=today,
            documents=len(material.evidence.snippets) if searched else None,
            remembered=bool(material.history.entities),
        )
    labels = list(labels_of((tools[each.tool] for each in material.outcomes), request.language))

    def given(*statuses: str) -> list[object]:
        told = (each for each in material.outcomes if each.status in statuses)
        return [value for each in told for value in given_by(each)]

    undone, unsure = given(*NOT_DONE), given("unknown")
    everything = [*given("ok"), *undone, *unsure]
    return Facts(
        shapes=shapes,
        known=said_in([*everything, *labels], shapes, now, zone),
        done=said_in([*given("ok"), *labels], shapes, now, zone),
        undone=said_in(undone, shapes, now, zone),
        unsure=said_in(unsure, shapes, now, zone),
        today=today,
        outcomes=material.outcomes,
    )


def _conversation(material: Material) -> list[object]:
    """Where no tool ran, an id may be from anything that the model was given."""
    turns, summary = material.history.turns, material.history.summary
    exchanged = [each for turn in turns for each in turn.said]
    said = [text for each in exchanged for text in (each.message, each.text)]
    folded = [summary.text, *(each.id for each in summary.entities)] if summary else []
    documents = [s.content for s in material.evidence.snippets]
    titles = [s.title for s in material.evidence.snippets]
    return [material.record.message, material.record.context, *folded, *said, *documents, *titles]


def plain_answer(request: RespondRequest, material: Material, draft: str) -> Answer:
    """The answer made in code, when the model got it wrong; of `draft` what can be kept."""
    language = request.language
    match request.route:
        case "FLOW_EXECUTION" if material.outcomes:
            return Answer(told_outcomes(material.outcomes, material.pack, language), "stop")
        case "FLOW_EXECUTION":
            return _kept_of(draft, request, material)
        case "SMALL_TALK":
            return Answer(say("told_nothing_done", language), "stop")
        case "NEED_MORE_CONTEXT" | "UNKNOWN":
            return Answer(say("told_nothing_done", language), "question")


def _kept_of(draft: str, request: RespondRequest, material: Material) -> Answer:
    """The draft without its wrong marks, or else where to read instead."""
    grounding = material.grounding
    text = without_wrong_marks(draft, len(material.evidence.snippets))
    cited = citations_in(text, material)
    if grounding.unverifiable == "drop":
        text = without_unverified(text, cited)
    if not text.strip() or wrong_in(text, request, material):
        text = told_documents(material.evidence, request.language)
        cited = citations_in(text, material)
    below = closing_of(text, cited, request, material)
    if hides_marks(request, material):
        text = without_marks(text)
    return Answer(text + below, "stop", citations=kept(cited, grounding))
