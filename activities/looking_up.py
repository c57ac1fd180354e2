"""What the documents had to do with an answer, as its reader is told."""

from collections.abc import Sequence

from activities.material import Material
from shared.contracts.activities import RespondRequest
from shared.contracts.evidence import (
    EVIDENCE_WEAK,
    SEARCH_FAILED,
    Citation,
    ContextPack,
    LookUp,
    LookUpReason,
)
from shared.contracts.search import EMBEDDING_FAILED, SearchMode


def look_up_of(
    request: RespondRequest, material: Material, cited: Sequence[Citation], mode: SearchMode
) -> LookUp:
    """Of a turn."""
    if (reason := _unneeded(request, material)) is not None:
        return LookUp(used=False, reason=reason)
    return looked_up(material.evidence, request.indexes, cited, mode)


def looked_up(
    evidence: ContextPack, indexes: Sequence[str], cited: Sequence[Citation], mode: SearchMode
) -> LookUp:
    """Of what was found where; `mode` is the one that was asked for."""
    reason = _reason(evidence, cited)
    blind = mode == "hybrid" and EMBEDDING_FAILED in evidence.warnings
    return LookUp(
        used=bool(cited),
        reason=reason,
        indexes=tuple(indexes),
        mode="keyword" if blind else mode,
        found=len(evidence.snippets),
        cited=len(cited),
    )


def _unneeded(request: RespondRequest, material: Material) -> LookUpReason | None:
    match request.route:
        case "SMALL_TALK":
            return "small_talk"
        case "NEED_MORE_CONTEXT" | "UNKNOWN":
            return "unclear"
        case "FLOW_EXECUTION":
            if material.plan is not None and material.plan.question is not None:
                return "question"
            if material.outcomes:
                return "tools"
            return None if request.indexes else "not_asked"


def _reason(evidence: ContextPack, cited: Sequence[Citation]) -> LookUpReason:
    if cited:
        return "weak" if EVIDENCE_WEAK in evidence.warnings else "found"
    if evidence.snippets:
        return "uncited"
    failed = any(each.startswith(SEARCH_FAILED) for each in evidence.warnings)
    return "failed" if failed else "nothing"
