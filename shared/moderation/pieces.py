"""Long texts in pieces that a service takes."""

from collections.abc import Iterator, Sequence

OVERLAP = 200
"""Characters told twice, so that no sentence is missed for being cut."""


def pieces(texts: Sequence[str], longest: int) -> Iterator[str]:
    """The texts that say anything, in pieces of at most `longest` code points."""
    for text in texts:
        begin = 0
        while text[begin:].strip():
            yield text[begin : begin + longest]
            if begin + longest >= len(text):
                break
            begin += longest - OVERLAP
