"""What of a call was the model's time, and what of a fan-out its slowest participant's."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.turns import ModelCall, Seen


def before_first_token(seen: Seen, calls: Sequence[ModelCall]) -> list[ModelCall]:
    """Those that began before the first text came, in the order in which they did. The last of
    them is the answer."""
    begun = [call for call in calls if call.arrival <= seen.first_token]
    return sorted(begun, key=lambda call: call.arrival)


def model_ms(calls: Sequence[ModelCall]) -> float:
    """How long any of these calls was under way, side by side counted once; of the last, which
    is the answer, up to its first token."""
    *others, answer = calls
    spans = [(call.arrival, call.last_token) for call in others]
    spans.append((answer.arrival, answer.first_token))
    total, until = 0.0, 0.0
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def added_ms(seen: Seen, calls: Sequence[ModelCall]) -> float:
    """Milliseconds until the first text in which the model was asked nothing."""
    return seen.first_token - seen.asked - model_ms(before_first_token(seen, calls))


def rounds(calls: Sequence[ModelCall]) -> list[list[int]]:
    """The tokens of the calls before the answer: one round for those that overlap."""
    found: list[list[int]] = []
    until = float("-inf")
    for call in calls[:-1]:
        if call.arrival < until:
            found[-1].append(call.tokens)
        else:
            found.append([call.tokens])
        until = max(until, call.last_token)
    return found


def everybody_spoke_ms(seen: Seen) -> float:
    """When the last participant's words were there; those of a fan-out, before they are merged."""
    return max(at for at, _ in seen.turns) - seen.asked


def fanout_ratio(together: Sequence[float], alone: Mapping[str, Sequence[float]]) -> float:
    """What a fan-out takes, as a multiple of what its slowest participant takes alone; medians."""
    return median(together) / max(median(each) for each in alone.values())
