"""Conversation intake: clean the text and fix the language of the turn."""

import re
import unicodedata

from shared.contracts.identity import Language

SPANISH = frozenset(
    "a al cómo como con crea crear cuál cual cuándo cuando cuánto de del dónde donde el ella en es "
    "esa ese eso esta este esto está gracias hay haz hola la las le lo los me mi mis necesito no "
    "nos o para pero por porque puedo qué que quién quiero se si sí sin son su sus tarea tengo "
    "te tu un una uno usuario va y ya yo buenos buenas días tardes hazlo proyecto prioridad "
    "antes mañana lunes martes miércoles jueves viernes sábado domingo".split()
)
ENGLISH = frozenset(
    "a about an and are as at be before by can create do does due for from good hello help hey hi "
    "high how i in is it its low me morning my need of on or please priority project task thank "
    "thanks that the their there this to tomorrow user want we what when where which who why will "
    "with you your monday tuesday wednesday thursday friday saturday sunday it's i'm".split()
)
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def normalised(text: str) -> str:
    """Control and format characters dropped (new lines and tabs kept), NFC, runs of blanks one."""
    visible = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in REMOVED)
    # After dropping: what a format character kept apart composes now.
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFC", visible)).strip()


REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def language_of(text: str, otherwise: Language) -> Language:
    """The language most of the telling words are from; `otherwise` when they tell nothing."""
    words = [word.lower() for word in WORD.findall(text)]
    spanish = sum(word in SPANISH for word in words) + 2 * sum(c in "ñ¿¡" for c in text.lower())
    english = sum(word in ENGLISH for word in words)
    if spanish == english:
        return otherwise
    return "es" if spanish > english else "en"
