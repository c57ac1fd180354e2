"""Conversation intake: the text of a message as every later step sees it."""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Control and format signs, and code points that are no characters."""

_LOOK_ALIKES = str.maketrans(
    dict.fromkeys("＜﹤‹⟨〈❬❮⧼˂ᐸ", "<")
    | dict.fromkeys("＞﹥›⟩〉❭❯⧽˃ᐳ", ">")
    | dict.fromkeys("｜￨∣ǀ", "|")
)
"""What a model may take for the marks that set data apart in its prompt. As plain marks they are
escaped there like any other (`activities.prompts.escaped`)."""


def normalised(text: str) -> str:
    """NFC, lines ended by a new line, no invisible signs, runs of blanks one, plain marks."""
    lines = _LINE_ENDS.sub("\n", text)
    visible = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in _REMOVED)
    # After dropping: what a format sign kept apart composes now.
    composed = unicodedata.normalize("NFC", visible).translate(_LOOK_ALIKES)
    # A mark may have taken an accent on: "<" and U+0338 are one character.
    composed = unicodedata.normalize("NFC", composed)
    blanks = re.sub(r"[^\S\n]+", " ", composed)
    return re.sub(r" ?\n ?(?:\n ?)+", "\n\n", blanks).strip()
