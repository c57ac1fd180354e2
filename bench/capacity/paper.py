"""The tables within docs/capacity.md, between marks; the words around them are people's."""

from collections.abc import Sequence
from pathlib import Path

from bench.capacity.tables import Table

PAPER = Path("docs/capacity.md")


def with_tables(text: str, found: Sequence[Table]) -> str:
    """The text with each table at its mark. Raises ValueError when a mark is missing."""
    for table in found:
        before, begins, rest = text.partition(f"<!-- {table.name} -->\n")
        _, ends, behind = rest.partition(f"<!-- /{table.name} -->")
        if not begins or not ends:
            raise ValueError(f"{PAPER} has no place for the table {table.name}")
        text = f"{before}{begins}{table.markdown()}\n{ends}{behind}"
    return text
