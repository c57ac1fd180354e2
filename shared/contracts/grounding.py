"""How an answer stands on what Cerebro found."""

from typing import Literal

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.search import CitationStyle, Injection, RetrievalPolicy

type Unverifiable = Literal["mark", "drop"]
"""A citation that its document does not bear out is shown as such, or not at all."""

LEAST_SHARE = 0.5


class Grounding(Contract):
    """`policy`: every question is looked up before it is planned, none is, or only those for which
    the planner has no tool. `inject` says in which message the model finds the documents.

    `least_share` (0 to 1): how many of a sentence's telling words have to stand in one passage of
    the document it cites.
    """

    policy: RetrievalPolicy = "always"
    inject: Injection = "system"
    citation_style: CitationStyle = "inline"
    unverifiable: Unverifiable = "mark"
    least_share: float = Field(default=LEAST_SHARE, gt=0, le=1)
