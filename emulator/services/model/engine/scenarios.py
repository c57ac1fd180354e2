"""Scenario files: fixed answers for benches and demonstrations, chosen before any rule."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from ..tokeniser import tokens_of
from .reply import TextReply

# A request for a million tokens would only fill the memory of the machine.
_MOST_TOKENS = 100_000


class When(BaseModel):
    """Both conditions must hold; `message` and `schema_name` are regular expressions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str | None = None
    schema_name: str | None = None


class Scenario(BaseModel):
    """`text` is answered as it is; or words of it are repeated until there are `tokens` tokens.

    `tokens` is a number, or the name of a group in the message's regular expression. `filtered`: a
    content filter stops the answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    when: When
    text: str
    tokens: int | str | None = None
    filtered: bool = False

    def answer(self, message: str, schema_name: str | None) -> str | None:
        """The scenario's text, or None when it does not apply."""
        found = re.search(self.when.message or "", message)
        if found is None:
            return None
        if not re.fullmatch(self.when.schema_name or "", schema_name or ""):
            return None
        if self.tokens is None:
            return self.text
        wanted = found.group(self.tokens) if isinstance(self.tokens, str) else self.tokens
        return _of_length(self.text, min(int(wanted), _MOST_TOKENS))


def scripted(
    scenarios: Sequence[Scenario], message: str, schema_name: str | None
) -> TextReply | None:
    """The answer of the first scenario that applies."""
    for scenario in scenarios:
        text = scenario.answer(message, schema_name)
        if text is not None:
            return TextReply(text, scenario.filtered)
    return None


def _of_length(text: str, wanted: int) -> str:
    # A blank belongs to the token behind it; with one before every repetition the count is exact.
    pieces = list(tokens_of(" " + text.strip()))
    repeated = pieces * (wanted // len(pieces) + 1)
    return "".join(repeated[:wanted]).lstrip()
