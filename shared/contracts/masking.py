"""Hiding what a contract marks as sensitive, before it is shown, logged or put into a prompt."""

from collections.abc import Mapping

from shared.contracts.tools import ToolContract

MASK = "•••"


def masked(values: Mapping[str, object], contract: ToolContract | None) -> dict[str, object]:
    """All of them when there is no contract any more that says which are sensitive."""
    if contract is None:
        return dict.fromkeys(values, MASK)
    return {name: MASK if name in contract.sensitive else value for name, value in values.items()}
