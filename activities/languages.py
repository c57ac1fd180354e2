"""Which language a message is in: told by its smallest words, which every sentence is full of."""

import re
from collections.abc import Mapping
from typing import assert_never

from shared.contracts.identity import Language, SpokenLanguage

_WORD = re.compile(r"[^\W\d_]+(?:['’·][^\W\d_]+)*")

_WORDS: Mapping[SpokenLanguage, frozenset[str]] = {
    "es": frozenset(
        "a al cómo como con crea crear cuál cual cuándo cuando cuánto de del dónde donde el ella "
        "en es esa ese eso está esta este esto gracias hay haz hola la las le lo los me mi mis "
        "necesito no nos o para pero por porque puedo qué que quién quiero se si sí sin son su sus "
        "tarea tengo te tu un una uno usuario va y ya yo buenos buenas días tardes hazlo proyecto "
        "prioridad antes mañana hoy lunes martes miércoles jueves viernes sábado domingo más muy "
        "también hasta desde ponle asígnala asígnasela mejor".split()
    ),
    "en": frozenset(
        "a about an and are as at be before by can create do does due for from good hello help "
        "hey hi high how i in is it its low me morning my need of on or please priority project "
        "task thank thanks that the their there this to today tomorrow user want we what when "
        "where which who why will with you your monday tuesday wednesday thursday friday saturday "
        "sunday it's i'm assign make".split()
    ),
    "ca": frozenset(
        "a al als amb aquest aquesta això abans avui bon bona com crea crear de del dels demà "
        "dilluns dimarts dimecres dijous divendres dissabte diumenge doncs el els em en ens és et "
        "fer fins gràcies ha hi hola i la les li límit me més meva meu molt necessito no nou nova "
        "on per però perquè però plau pots prioritat projecte puc quan que què qui quin quina se "
        "sense setmana si sisplau són tasca tasques també un una us usuari vinent voldria "
        "vull".split()
    ),
    "eu": frozenset(
        "altua arte asko astea asteazkena asteazkenerako asteartea astelehena astelehenerako ataza "
        "atazak baino baita baina bat behar bezeroa bihar bihar dago dira dudan duen dut egin "
        "egun eguneko erabiltzailea erabiltzaile eskerrik eta ez gaur hau hori igandea izan kaixo "
        "larunbata lehen lehentasun lehentasuna mesedez nahi naiz nire nola noiz non nor on "
        "osteguna ostegunerako ostirala ostiralerako proiektu proiektua sortu zein zer zeregin "
        "zeregina zure".split()
    ),
    "gl": frozenset(
        "a ao aos as ata ben boas bos co coa como con crea crear cando cun cunha das de día do "
        "dos é eu facer favor grazas gustaríame hai hola hoxe luns mañá máis mércores meu miña moi "
        "na nas no non nos o ola onde os para pero pode podes por preciso prioridade proxecto que "
        "quen quero sábado se sen son tamén tarefa tarefas ten teño un unha usuario venres "
        "vindeira xa xoves".split()
    ),
}  # fmt: skip

_SIGNS: Mapping[SpokenLanguage, re.Pattern[str]] = {
    "es": re.compile(r"[ñ¿¡]"),
    "ca": re.compile(r"[àèòç]|l·l|\b[dlmnst]['’][aeiouàèéíòóú]"),
    "eu": re.compile(r"t[xz]\w|\w(?:aren|etan|rako|tzeko)\b"),
    "gl": re.compile(r"\w+(?:ción|cións) d[ao]s? |\bx[eo]\w{3}"),
}
"""Letters and endings that hardly another of these languages has."""

_SIGN_COUNTS = 2


def spoken_in(text: str) -> SpokenLanguage | None:
    """The language most of the telling words are from; None when they tell nothing.

    Spanish and English are what people here write: another language has to have more words, not
    as many.
    """
    lowered = text.lower()
    words = _WORD.findall(lowered)
    scores: dict[SpokenLanguage, int] = {
        language: sum(word in known for word in words)
        + _SIGN_COUNTS * len(_SIGNS[language].findall(lowered) if language in _SIGNS else ())
        for language, known in _WORDS.items()
    }
    best = max(scores.values())
    winners = [language for language, score in scores.items() if score == best]
    if best == 0 or {"es", "en"} <= set(winners):
        return None
    return winners[0]


def answered_in(spoken: SpokenLanguage | None, otherwise: Language) -> Language:
    """What a message is answered in: `otherwise` is the conversation's language."""
    match spoken:
        case "es" | "en":
            return spoken
        case "ca" | "eu" | "gl":
            return "es"
        case None:
            return otherwise
        case _:
            assert_never(spoken)
