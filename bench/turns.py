"""What a client saw of one turn, and when; times are milliseconds since 1970."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emulator.services.model.tokeniser import tokens_of


@dataclass(slots=True)
class Seen:
    """`texts` holds each piece of the answer with its arrival; `states` each state's, and `turns`
    who of an agent call's participants had spoken; `usage` its tokens, as `done` has them."""

    asked: float
    first_byte: float = 0.0
    ended: float = 0.0
    run_id: str = ""
    terminal: str = ""
    usage: Mapping[str, int] = field(default_factory=dict)
    texts: list[tuple[float, str]] = field(default_factory=list)
    states: list[tuple[float, str]] = field(default_factory=list)
    turns: list[tuple[float, str]] = field(default_factory=list)

    @property
    def first_token(self) -> float:
        return self.texts[0][0]

    @property
    def last_token(self) -> float:
        return self.texts[-1][0]

    @property
    def answer(self) -> str:
        return "".join(text for _, text in self.texts)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One chat call as the model service timed it; milliseconds since 1970."""

    tokens: int
    streamed: bool
    arrival: float
    first_token: float
    last_token: float

    @property
    def until_first_token(self) -> float:
        """What a turn waits for before the answer begins: a whole call, unless it streams."""
        return (self.first_token if self.streamed else self.last_token) - self.arrival

    @property
    def until_last_token(self) -> float:
        return self.last_token - self.arrival


def added_first_token(seen: Seen, calls: Sequence[ModelCall]) -> float:
    """Milliseconds until the first text that the model's calls do not account for."""
    return seen.first_token - seen.asked - sum(call.until_first_token for call in calls)


def added_last_token(seen: Seen, calls: Sequence[ModelCall]) -> float:
    return seen.last_token - seen.asked - sum(call.until_last_token for call in calls)


def arrivals(pieces: Sequence[tuple[float, str]]) -> list[float]:
    """When each token of the joined text was there as a whole."""
    found: list[float] = []
    tokens = tokens_of("".join(text for _, text in pieces))
    needed = 0
    received = 0
    following = iter(pieces)
    at = 0.0
    for token in tokens:
        needed += len(token)
        while received < needed:
            at, text = next(following)
            received += len(text)
        found.append(at)
    return found


def emissions(call: ModelCall, tokens: int) -> list[float]:
    """When the model sent each of so many tokens, evenly between its first and its last."""
    if tokens < 2:
        return [call.first_token] * tokens
    step = (call.last_token - call.first_token) / (tokens - 1)
    return [call.first_token + step * position for position in range(tokens)]


def token_delays(pieces: Sequence[tuple[float, str]], call: ModelCall) -> list[float]:
    """Per token, the milliseconds between its leaving the model and its arrival."""
    arrived = arrivals(pieces)
    return [
        there - sent for there, sent in zip(arrived, emissions(call, len(arrived)), strict=True)
    ]
