"""Which of the choices offered in a question an answer picks: by its name, or by its place."""

from collections.abc import Sequence

from shared.contracts.plan import Choice
from shared.tools.folding import folded, words_of

_PLACES: Sequence[frozenset[str]] = (
    frozenset("primera primero primer first 1 1a 1o 1st".split()),
    frozenset("segunda segundo second 2 2a 2o 2nd".split()),
    frozenset("tercera tercero tercer third 3 3a 3o 3rd".split()),
    frozenset("cuarta cuarto fourth 4 4a 4o 4th".split()),
    frozenset("quinta quinto fifth 5 5a 5o 5th".split()),
)
_LAST = frozenset("ultima ultimo last".split())


def chosen(value: object, quote: str, choices: Sequence[Choice]) -> Choice | None:
    """The one choice that the quote names; None when it names none, or could be several."""
    said = str(value) if set(words_of(str(value))) <= set(words_of(quote)) else quote
    exact = [each for each in choices if folded(said) in (folded(each.value), folded(each.label))]
    words = set(words_of(said))
    named = exact or [
        each for each in choices if words and words <= set(words_of(f"{each.label} {each.value}"))
    ]
    if len(named) == 1:
        return named[0]
    return None if named else placed(frozenset(words_of(quote)), choices)


def placed(words: frozenset[str], choices: Sequence[Choice]) -> Choice | None:
    """The choice whose place in the list the words say ("the second one")."""
    if words & _LAST and choices:
        return choices[-1]
    places = [place for place, names in enumerate(_PLACES) if words & names]
    return choices[places[0]] if len(places) == 1 and places[0] < len(choices) else None
