"""Compiles the rules' regular expressions once, macros filled in."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_MACRO = re.compile(r"\{([a-z_]+)\}")
_NEVER = re.compile(r"(?!)")


class PatternError(Exception):
    """An expression of the rules that cannot be compiled; the message shows it."""


def expanded(pattern: str, macros: Mapping[str, str]) -> str:
    """`pattern` with every `{name}` replaced; macros may use macros. Raises `PatternError`."""

    def inserted(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in macros:
            raise PatternError(f"{pattern}: there is no macro {name!r}")
        return f"(?:{macros[name]})"

    full = pattern
    for _ in range(5):
        if not _MACRO.search(full):
            break
        full = _MACRO.sub(inserted, full)
    return full


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.MULTILINE)
    except re.error as error:
        raise PatternError(f"{pattern}: {error}") from None


def any_of(patterns: Sequence[str], macros: Mapping[str, str]) -> re.Pattern[str]:
    """One expression for all of them, as whole words; of none it never matches."""
    if not patterns:
        return _NEVER
    return compiled(r"(?<!\w)" + joined(patterns, macros) + r"(?!\w)")


def joined(patterns: Sequence[str], macros: Mapping[str, str]) -> str:
    """The alternatives in one group, the longest first, for the longest reading to win."""
    if not patterns:
        return "(?!)"
    return _joined(tuple(patterns), tuple(sorted(macros.items())))


@lru_cache(maxsize=512)
def _joined(patterns: tuple[str, ...], macros: tuple[tuple[str, str], ...]) -> str:
    full = sorted((expanded(one, dict(macros)) for one in patterns), key=len, reverse=True)
    return "(?:" + "|".join(full) + ")"
