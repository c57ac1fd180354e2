"""Hiding what a contract marks as sensitive, before it is shown, logged or put into a prompt."""

from collections.abc import Mapping

from shared.contracts.tools import ToolContract

MASK = "•••"


def masked(values: Mapping[str, object], contract: ToolContract) -> dict[str, object]:
    return {name: MASK if name in contract.sensitive else value for name, value in values.items()}
