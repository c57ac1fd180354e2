"""What is told of a version of a flow without what is in it."""

from datetime import datetime

from shared.contracts.base import Contract


class Editor(Contract):
    """Who saved something, by the name that they had then."""

    user_id: str
    name: str


class FlowVersion(Contract):
    """`name` is that of its `meta`; `restored`
    is the version that it repeats."""

    version: int
    name: str | None = None
    saved_at: datetime
    saved_by: Editor
    restored: int | None = None
