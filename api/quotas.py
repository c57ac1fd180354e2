"""How many runs a session may start: counted by the hour, exactly, whichever worker is asked."""

import hashlib
import json
from dataclasses import dataclass

from api.edge import Call
from shared.contracts.conversations import Conversation
from shared.errors import QuotaExceededError

HOUR_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of `limit` until the window ends, in `resets_in` seconds."""

    limit: int
    left: int
    resets_in: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(self.resets_in),
        }


async def take_quota(call: Call, conversation: Conversation) -> Quota | None:
    """Count a run that is about to start in its session; None where nothing is counted. A
    conversation of messages is a session of its own. Raises QuotaExceededError, StoreError."""
    limit = call.deps.policy.session_per_hour
    if limit is None:
        return None
    now = call.deps.now()
    resets_in = HOUR_SECONDS - now.minute * 60 - now.second
    left = await call.deps.quotas.take(_subject(call, conversation), f"{now:%Y%m%d%H}", limit)
    if left is None:
        raise QuotaExceededError(resets_in)
    return Quota(limit, left, resets_in)


def _subject(call: Call, conversation: Conversation) -> str:
    """Two users may name their sessions alike."""
    session = conversation.session_id
    named = [conversation.conversation_id] if session is None else [session, "named"]
    identity = json.dumps([call.caller.tenant_id, call.caller.user_id, *named])
    return f"session-{hashlib.sha256(identity.encode()).hexdigest()}"
