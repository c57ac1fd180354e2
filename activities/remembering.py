"""How much of a conversation is told whole, and what of it is folded into a summary."""

from collections.abc import Sequence

from shared.contracts.conversations import History, Turn

CHARACTERS_PER_TOKEN = 4
"""OpenAI's rule of thumb for English; Spanish has rather more characters to a token with the
vocabulary of GPT-4o. An estimate is enough: the budget is far from the model's limit."""


def tokens_of(turn: Turn) -> int:
    """Estimated, of message and answer."""
    said = sum(len(each.message) + len(each.text) for each in turn.said)
    return -(-said // CHARACTERS_PER_TOKEN)


def newest_within(turns: Sequence[Turn], tokens: int, most: int) -> tuple[Turn, ...]:
    """The newest turns that fit, oldest first; the last one always: messages answer it."""
    kept: list[Turn] = []
    for turn in reversed(turns):
        tokens -= tokens_of(turn)
        if kept and (tokens < 0 or len(kept) == most):
            break
        kept.append(turn)
    return tuple(reversed(kept))


def overflows(turns: Sequence[Turn], tokens: int, most: int) -> bool:
    return len(newest_within(turns, tokens, most)) < len(turns)


def to_fold(history: History, tokens: int, most: int) -> tuple[Turn, ...]:
    """The older turns, once not all fit; so many that not every turn has to fold again."""
    turns = history.turns
    if not overflows(turns, tokens, most):
        return ()
    return turns[: len(turns) - len(newest_within(turns, tokens // 2, most // 2))]
