"""What is said in an agent call is judged before it is answered, or kept."""

import logging
from collections.abc import Sequence

from shared.contracts.activities import StepRequest
from shared.contracts.agents import AgentCall
from shared.errors import ContentBlockedError, ModerationError
from shared.ports import Dependencies

NOT_MODERATED = "not_moderated"
"""A warning: the key of its wording."""

log = logging.getLogger("eira.moderation")


def holds_back(call: AgentCall) -> bool:
    """Whether nobody may read an answer before it was judged."""
    return call.moderation == "strict"


async def judged(
    texts: Sequence[str],
    call: AgentCall,
    request: StepRequest,
    deps: Dependencies,
    *,
    asked: bool = False,
) -> bool:
    """Whether the texts could be judged, or need not be. Raises ContentBlockedError when they may
    not be said (`asked`: by the caller); ModerationError where the call is strict and nobody can
    tell."""
    if call.moderation == "off":
        return True
    try:
        verdict = await deps.moderation.check(texts, call.moderation)
    except ModerationError as error:
        if holds_back(call):
            raise
        log.warning("run=%s goes on unmoderated: %s", request.run.run_id, error)
        return False
    if verdict.flagged:
        raise ContentBlockedError(verdict.categories, asked=asked)
    return True
