"""The seam to what is kept of conversations."""

from datetime import datetime
from typing import Protocol

from shared.contracts.conversations import (
    Conversation,
    Erasing,
    History,
    Summary,
    Turn,
)
from shared.contracts.paging import ListPlace
from shared.contracts.plan import Plan
from shared.contracts.runs import Rating


class Conversations(Protocol):
    """Raises StoreError; what does not exist is None."""

    async def create(self, conversation: Conversation) -> None: ...

    async def get(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        """Also one that is being erased; not one that is."""
        ...

    async def of_owner(
        self,
        tenant_id: str,
        owner_id: str,
        session_id: str | None,
        behind: ListPlace | None,
        limit: int,
        words: str | None = None,
    ) -> tuple[Conversation, ...]:
        """Those used last first, without their open plans: the threads of a session, or what is of
        none, but none of a flow's agents; with `words`, those whose title has them (without case
        and accents)."""
        ...

    async def rename(self, conversation: Conversation, title: str) -> bool:
        """False when it is being erased."""
        ...

    async def begin_erasing(self, conversation: Conversation, erasing: Erasing) -> bool:
        """From here on no run can begin in it. False when one did since it was read, or when
        somebody else erases it."""
        ...

    async def being_erased(self, tenant_id: str) -> tuple[Conversation, ...]: ...

    async def erase(self, conversation: Conversation) -> None:
        """Delete its turns and summaries, and then all of itself but whose it was."""
        ...

    async def erased_owner(self, tenant_id: str, conversation_id: str) -> str | None:
        """Whose a conversation was that is erased."""
        ...

    async def claim(
        self,
        conversation: Conversation,
        run_id: str,
        ahead: tuple[str, ...],
        at: datetime,
        title: str | None = None,
    ) -> bool:
        """Make `run_id` the active run, behind `ahead`, if the active one is still that given; and
        give the conversation a title, if one is given and it has none by now.

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

    async def replace_turn(self, turn: Turn) -> None:
        """The stored turn takes the place of that which it `replaces`, if it does: `turns` and
        `history` have that one no more."""
        ...

    async def get_turn(self, tenant_id: str, conversation_id: str, run_id: str) -> Turn | None: ...

    async def rate(self, tenant_id: str, conversation_id: str, run_id: str, rating: Rating) -> None:
        """Keep with the turn what its person thinks of it; nothing where the run has none."""
        ...

    async def turns(
        self, tenant_id: str, conversation_id: str, last: int, before: str | None = None
    ) -> tuple[Turn, ...]:
        """The newest turns, oldest first; of those before this run, if it is named."""
        ...

    async def summary(self, tenant_id: str, conversation_id: str) -> Summary | None:
        """The newest one."""
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
