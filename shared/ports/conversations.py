"""The seam to what is kept of conversations."""

from datetime import datetime
from typing import Protocol

from shared.contracts.conversations import Conversation, History, Summary, Turn
from shared.contracts.plan import Plan


class Conversations(Protocol):
    """Raises StoreError; what does not exist is None."""

    async def create(self, conversation: Conversation) -> None: ...

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None: ...

    async def claim(
        self, conversation: Conversation, run_id: str, ahead: tuple[str, ...], at: datetime
    ) -> bool:
        """Make `run_id` the active run, behind `ahead`, if the active one is still that given.

        False when somebody else was faster.
        """
        ...

    async def set_open_plan(self, conversation: Conversation, run_id: str, plan: Plan) -> None:
        """Keep the plan that waits for an answer, replacing what was open."""
        ...

    async def clear_open_plan(self, conversation: Conversation) -> None: ...

    async def add_turn(self, turn: Turn) -> Turn:
        """Store a turn once; answers the stored one, which an earlier attempt may have written."""
        ...

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None: ...

    async def turns(self, tenant_id: str, conversation_id: str, last: int) -> tuple[Turn, ...]:
        """The newest turns, oldest first."""
        ...

    async def history(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> History:
        """The newest summary and the turns behind it, but of both together the `last` items only.

        With `before`, as it was for that run: what its steps are told does not change under them.
        """
        ...

    async def put_summary(self, summary: Summary) -> None:
        """Store a summary once; whoever comes second changes nothing."""
        ...
