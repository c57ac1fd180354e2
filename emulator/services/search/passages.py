"""Cuts texts into sentences and passages."""

import re

# A sentence ends at a mark followed by space, or at the end of a line; "Art. 5" ends none.
SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\b\w\.)(?<!\b(?:Art|art|Sra|Núm|núm|Pág|pág)\.)(?<!\b(?:Sr|Dr|No|vs)\.)\s+|\n+"
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without surrounding space."""
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def passages(text: str, letters: int) -> list[str]:
    """Runs of whole sentences of at most `letters` characters; longer ones are cut at a word."""
    found: list[str] = []
    current = ""
    for sentence in sentences(text):
        for piece in _pieces(sentence, letters):
            if current and len(current) + 1 + len(piece) > letters:
                found.append(current)
                current = piece
            else:
                current = f"{current} {piece}" if current else piece
    return [*found, current] if current else found


def _pieces(sentence: str, letters: int) -> list[str]:
    pieces: list[str] = []
    while len(sentence) > letters:
        cut = sentence.rfind(" ", 1, letters)
        cut = cut if cut > 0 else letters
        pieces.append(sentence[:cut].rstrip())
        sentence = sentence[cut:].lstrip()
    return [*pieces, sentence] if sentence else pieces
