"""The words, in Spanish and English, by which a sentence tells that something was done or was not.

Known by pattern, not understood: a sentence with a word of denial or doubt is never taken for a
claim, so what is found is nearly always one, and some claims are missed. What is missed still may
not name a record that no tool returned (see `activities.verifying`).
"""

import re

from shared.tools.folding import folded_in_place

_DONE_ES = (
    "cread registrad anadid asignad actualizad modificad cambiad marcad cerrad borrad eliminad"
    " completad enviad guardad anotad apuntad programad reprogramad aprobad generad"
).split()
_DONE_EN = (
    "created registered added assigned updated modified marked deleted removed completed saved"
    " scheduled rescheduled approved generated"
).split()
_PARTICIPLE = rf"(?:(?:{'|'.join(_DONE_ES)})[oa]s?|dad[oa]s? de alta|{'|'.join(_DONE_EN)})"
_FIRST_PERSON = re.compile(
    rf"\b(?:(?:l[aeo]s? )?(?:he|hemos) (?:ya )?(?:{_PARTICIPLE}|hecho)"
    rf"|(?:i|we)(?:['’]ve| have)? (?:(?:just|now|already|successfully) )?(?:{_PARTICIPLE}|done))\b"
)
_ANYBODY = re.compile(
    rf"\b{_PARTICIPLE}\b|^\W*(?:ya esta|hech[oa]|list[oa]|done|all (?:done|set))\b"
)

_SMOOTHLY = re.compile(
    r"\b(?:sin|without|no)(?: (?:ningun\w*|any))?"
    r" (?:problem\w*|error\w*|incidencia\w*|dudas?|doubt|issues?|trouble)\b"
)
_DENIAL = re.compile(
    r"\b(?:no|ni|sin|nada|nadie|ningun\w*|tampoco|nunca|imposible|fall\w+|error\w*|desconoc\w+"
    r"|dud\w+|si|quiza\w*|rechaz\w+|pendiente\w*|intent\w+|carec\w+|falta\w*|necesit\w+|imp[ie]d\w+"
    r"|not|nor|none|never|nothing|nobody|cannot|without|if|whether|unless|fail\w*|unknown|unable"
    r"|unclear|perhaps|maybe|may|might|reject\w*|refus\w*|pending|tried|try\w*|lack\w*|need\w*"
    r"|\w+n['’]t)\b"
)


def denies(sentence: str) -> bool:
    """Whether it says that something is not so, or not sure."""
    return _DENIAL.search(_SMOOTHLY.sub("", folded_in_place(sentence))) is not None


def claims(sentence: str) -> bool:
    """Whether it says that something was done, by whomever."""
    return _ANYBODY.search(folded_in_place(sentence)) is not None and not denies(sentence)


def claims_to_have_done(sentence: str) -> bool:
    """Whether the writer says to have done something."""
    return _FIRST_PERSON.search(folded_in_place(sentence)) is not None and not denies(sentence)
