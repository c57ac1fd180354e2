"""What a text is judged by: expressions of each category, with how severe they are."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..configuration import ConfigurationError, as_object, read_object

CATEGORIES = ("Hate", "SelfHarm", "Sexual", "Violence")
SEVERITIES = range(1, 8)
"""0 is harmless: what is not listed."""

_GAPS = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class WordLists:
    """The severity of each expression, by category; expressions are folded."""

    severities: Mapping[str, Mapping[str, int]]

    @staticmethod
    def read(path: Path) -> "WordLists":
        """A JSON file `{category: {severity: [expression, ...]}}`; raises `ConfigurationError`."""
        document = read_object(path)
        if unknown := sorted(set(document) - set(CATEGORIES)):
            raise ConfigurationError(
                f"{path}: there is no category {unknown[0]!r}; they are {', '.join(CATEGORIES)}."
            )
        return WordLists({name: _listed(section, name, path) for name, section in document.items()})

    def severity(self, category: str, text: str) -> int:
        """Of the worst expression that the text has, word by word; 0 without any."""
        said = f" {_folded(text)} "
        listed = self.severities.get(category, {})
        return max((n for expression, n in listed.items() if f" {expression} " in said), default=0)


def _listed(section: object, category: str, path: Path) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for severity, expressions in as_object(section, f'{path}: "{category}"').items():
        if not severity.isdecimal() or int(severity) not in SEVERITIES:
            raise ConfigurationError(f'{path}: "{category}.{severity}": severities are 1 to 7.')
        if not isinstance(expressions, list) or not all(_folded(str(one)) for one in expressions):
            raise ConfigurationError(f'{path}: "{category}.{severity}" must be a list of texts.')
        found |= {_folded(str(one)): int(severity) for one in expressions}
    return found


def _folded(text: str) -> str:
    """Words in lower case without accents, one blank between them."""
    parts = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(each for each in parts if not unicodedata.combining(each))
    return _GAPS.sub(" ", letters).strip()
