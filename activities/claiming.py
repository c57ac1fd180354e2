"""The words, in Spanish and English, by which a sentence tells that something was done, that it was
not, or that nobody knows.

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
    "created registered added assigned updated modified changed marked deleted removed completed"
    " saved scheduled rescheduled approved generated"
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
    plain = _SMOOTHLY.sub("", folded_in_place(sentence))
    return _DENIAL.search(plain) is not None or _DOUBT.search(plain) is not None


def claims(sentence: str) -> bool:
    """Whether it says that something was done, by whomever."""
    return _ANYBODY.search(folded_in_place(sentence)) is not None and not denies(sentence)


def claims_to_have_done(sentence: str) -> bool:
    """Whether the writer says to have done something."""
    return _FIRST_PERSON.search(folded_in_place(sentence)) is not None and not denies(sentence)


# --- that it was not done, or that it is not known -----------------------------------------------

_MAKE_ES = (
    "cre registr anad actualiz modific elimin borr complet realiz ejecut guard tramit gestion"
).split()
_MAKE_EN = (
    "create register add update modify delete remove complete carry save execute process perform"
).split()
_MADE = (
    rf"(?:(?:{'|'.join(_MAKE_ES)})(?:[ai]d[oa]s?|o|aron|io|ieron)|hech[oa]s?|hizo|hicieron"
    r"|dad[oa]s? de alta|dio de alta|(?:creat|updat|delet|remov|complet|execut|sav)ed"
    r"|(?:register|add|process|perform)ed|modified|carried out|made|done)"
)
_MAKE = (
    rf"(?:(?:{'|'.join(_MAKE_ES)})(?:[aei]r)(?:se|l[aeo]s?)?|hacer(?:se|l[aeo]s?)?"
    rf"|dar(?:l[aeo]s?|se)? de alta|(?:be )?{_MADE}|{'|'.join(_MAKE_EN)}|do (?:it|that|this))"
)
_NOT_MADE = re.compile(
    rf"\b(?:no (?:(?:se|l[aeo]s?|me|te) ){{0,2}}(?:(?:he|ha|han|hemos|fue|fueron|esta|estan|quedo)"
    rf" )?(?:sido )?{_MADE}"
    rf"|no (?:(?:se|l[aeo]s?|me) )?(?:he podido|ha podido|han podido|hemos podido|pude|pudo|pudimos"
    rf"|es posible|fue posible|ha sido posible|puedo|se puede) (?:\w+ )?{_MAKE}"
    rf"|imposible {_MAKE}|(?:ha|han) fallado|fallo al?|fallaron"
    rf"|(?:(?:was|were|has|have|is|did)(?: not|n['’]t)|never)(?: \w+)? (?:been )?{_MAKE}"
    rf"|(?:could(?: not|n['’]t)|cannot|can['’]t|unable to|failed to|not able to|impossible to)"
    rf" (?:\w+ )?{_MAKE}|failed)\b"
    r"|^\W*not done\b"
)
_UNSURE = (
    r"(?:no (?:se(?= si\b)|se sabe|sabemos|estoy segur[oa]|esta claro|es segur[oa])"
    r"|no (?:se )?(?:ha podido|he podido|hemos podido|puedo|podemos|puede|pude|pudo"
    r"|es posible|ha sido posible|fue posible)"
    r" (?:confirmar|comprobar|saber|verificar|asegurar|garantizar)(?:se)?"
    r"|(?:no hay|sin) (?:confirmacion|constancia)|se (?:desconoce|ignora)|desconozco|desconocemos"
    r"|queda por (?:saber|confirmar)|falta (?:saber|confirmar)|es dudoso"
    r"|(?:not|n['’]t|never) (?:yet )?(?:known|clear|sure|certain|confirmed|know)"
    r"|unknown|unclear|uncertain|unsure|doubtful"
    r"|(?:cannot|can['’]t|could not|couldn['’]t|unable to) (?:\w+ )?(?:confirm|tell|say|verify))"
)
_PERHAPS = (
    r"(?:quiza|quizas|tal vez|a lo mejor|acaso|posiblemente|puede que|podria ser que"
    r"|es posible que)"
)
_HAPPENED = (
    rf"(?:{_MADE}|(?:llego|llegaron|haya|hayan|hubiera) (?:\w+ )?\w+"
    r"|went through|happened|succeeded|arrived)"
)
_DOUBT = re.compile(
    rf"\b(?:{_UNSURE}\b[^;:\n]*?\b(?:si|que|whether|if|that|it)\b[^;:\n]*?\b{_HAPPENED}"
    rf"|{_PERHAPS}\b[^.;:\n]*?\b(?:haya|hayan|ha|han|este|esten)(?: sido)? {_MADE}"
    rf"|(?:may|might|could)(?: not)?(?: already)? have(?: already)?(?: been)? {_MADE}"
    rf"|(?:perhaps|maybe|possibly)\b[^.;:\n]*?\b(?:was|were|has been|have been) {_MADE})\b"
)
_WARNED = re.compile(
    rf"{_UNSURE}|{_PERHAPS}|antes de (?:repet|volver|intent|hacerl)\w+|before (?:you )?"
    r"(?:repeat|try|retry|do)\w*|\b(?:no consta|incert\w+|dud\w+|doubt\w*|whether|pendiente de"
    r" confirm\w+|may|might|perhaps|maybe|possibly)\b"
)


def doubts(sentence: str) -> bool:
    """Whether it says that nobody knows whether something was done."""
    return _DOUBT.search(folded_in_place(sentence)) is not None


def says_not_done(sentence: str) -> bool:
    """Whether it says, as a fact, that something was not done."""
    plain = _SMOOTHLY.sub("", folded_in_place(sentence))
    return _NOT_MADE.search(plain) is not None and not doubts(sentence)


def warns(text: str) -> bool:
    """Whether anything in it leaves open what happened, in whatever words."""
    return _WARNED.search(folded_in_place(text)) is not None
