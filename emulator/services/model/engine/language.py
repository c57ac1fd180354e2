"""Tells Spanish from English by their smallest words."""

from collections.abc import Mapping, Sequence

from .folding import words_of


def language_of(text: str, stop_words: Mapping[str, Sequence[str]], default: str) -> str:
    """The language most of whose stop words the text has; `default` when it is a draw."""
    words = [word.text for word in words_of(text)]
    counts = {code: sum(word in known for word in words) for code, known in stop_words.items()}
    if not counts:
        return default
    best = max(counts.values())
    winners = [code for code, count in counts.items() if count == best]
    return default if default in winners else winners[0]
