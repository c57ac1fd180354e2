"""The agent calls that are measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

TEXT = "Dime qué hace falta para renovar la licencia"
SIDE_BY_SIDE = ("RetrievalAgent", "DomainExpert", "ToolingAgent")
COORDINATOR = "Coordinator"


@dataclass(frozen=True, slots=True)
class ChatKind:
    """`asked` are the fields of the request that make it one of this kind."""

    name: str
    asked: Mapping[str, object] = field(default_factory=dict)

    def body(self, tokens: int) -> dict[str, object]:
        """A call, in a session of its own, whose every answer of the model has so many tokens."""
        message = f"{TEXT} [[tokens:{tokens}]]"
        return {"sessionId": f"bench-{uuid4().hex}", "message": message, **self.asked}


NORMAL = ChatKind("normal", {"agent_profile": "normal"})
RETRIEVAL = ChatKind("retrieval", {"agent_profile": "retrieval", "search": {"mode": "hybrid"}})
ONE_AGENT = (
    NORMAL,
    ChatKind("rag", {"agent_profile": "rag", "search": {"mode": "hybrid"}}),
    ChatKind("domain_expert", {"agent_profile": "domain_expert"}),
    ChatKind("coordinator", {"agent_profile": "coordinator", "participants": [COORDINATOR]}),
)
SEVERAL = tuple(
    ChatKind(mode, {"mode": mode, "participants": [COORDINATOR, *SIDE_BY_SIDE[:2]]})
    for mode in ("sequential", "fanout", "group_chat")
)
FANOUT = ChatKind("fanout of 3", {"mode": "fanout", "participants": [COORDINATOR, *SIDE_BY_SIDE]})


def alone(participant: str) -> ChatKind:
    """This one of the fan-out, without the others."""
    return ChatKind(participant, {"agent_profile": "coordinator", "participants": [participant]})
