"""Whether an answer from documents rests on anything: a citation that holds, or what the
conversation has already shown; one that says no more than that it does not know needs nothing.

What says so is known by pattern, in Spanish and English, as in `activities.claiming`; what is
missed is told once more, by code, that the evidence is not enough.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from activities.locating import SENTENCE_END, is_said
from shared.contracts.conversations import History
from shared.contracts.evidence import MARK, Citation
from shared.tools.folding import folded_in_place

_DOCUMENTS = r"(?:document\w*|evidenc\w*|fuentes?|cerebro|sources?)"
_SILENT = re.compile(
    # that the documents do not say it
    rf"\b{_DOCUMENTS}\b[^:]*\bno (?:l[oae]s? |se |me |nos )*(?:dic|mencion|const|figur|aparec|recog"
    r"|contien|especific|indic|detall|aclar|explic|contest|respond|trat|habl|bast)\w*"
    r"|\bno (?:se |lo )?(?:dic|mencion|const|figur|aparec|especific|indic)\w*\b.*"
    rf"\ben (?:\w+ )?{_DOCUMENTS}\b"
    rf"|\b{_DOCUMENTS}\b[^:]*\b(?:do|does|did|is|are|was|were)(?: not|n['’]t) (?:say|mention|state"
    r"|specify|contain|cover|tell|explain|answer|address|describe|give|enough|clear)\w*"
    r"|\bno (?:hay|tengo|dispongo de|encuentro) (?:mas |suficiente |ninguna )*"
    r"(?:informacion|evidencias?|(?:documentacion|documentos|datos) (?:sobre|acerca|que lo))\b"
    r"|\b(?:not enough|insufficient|there is no|i have no|i found no) (?:more |further )?"
    r"(?:information|evidence|documentation)\b"
    # that the writer does not know it, or cannot do it
    r"|\bno (?:lo se|(?:l[oae]s? )?puedo|sabemos|(?:l[oae]s? )?encuentro"
    r"|(?:l[oae]s? )?(?:he|hemos) (?:podido|encontrado|hallado|localizado|buscado))\b"
    r"|\bi(?:['’]m| am| have| was)? ?(?:do not|don['’]t|did not|didn['’]t|could not|couldn['’]t"
    r"|cannot|can['’]t|not|unable|haven['’]t) \w+"
)
_OFFER = re.compile(
    r"\?\W*$"
    r"|^\W*(?:si (?:me|quieres|quiere|lo deseas|necesitas|puedes)|if you (?:give|tell|want|like|can"
    r"|could|need|would))\b"
)
_TURN = re.compile(r"[;:]\s|,?\s(?:pero|aunque|sin embargo|no obstante|but|although|however)\b")
"""Behind these a sentence may say something else."""
_WORD = re.compile(r"\w")


def lacks_evidence(
    text: str, cited: Sequence[Citation], known: Sequence[str], least_share: float
) -> bool:
    """Whether it states something, and no citation of it holds. What it states without citing
    anything may be in one of the `known` texts instead."""
    if any(each.verified for each in cited):
        return False
    return bool(cited) or any(
        not any(is_said(each, "", known_text, least_share) for known_text in known)
        for each in _statements(text)
    )


def shown_before(history: History, context: Mapping[str, object] | None) -> list[str]:
    """What the conversation holds that was checked when it was told, and the application's data:
    people may ask for that, too, and no document says it."""
    checked = (
        turn
        for turn in history.turns
        if turn.entities or any(each.verified for each in turn.citations)
    )
    told = [json.dumps(context, ensure_ascii=False)] if context else []
    return [*(turn.text for turn in checked), *told]


def _statements(text: str) -> Iterator[str]:
    """What it says of the matter: neither that it does not know it, nor what it offers to do."""
    for line in MARK.sub("", text).splitlines():
        for sentence in SENTENCE_END.split(line):
            plain = folded_in_place(sentence)
            # "The documentation does not say, but it is 90 euros."
            parts = _TURN.split(plain) if _SILENT.search(plain) else [plain]
            yield from filter(_states, parts)


def _states(part: str) -> bool:
    return bool(_WORD.search(part)) and not _SILENT.search(part) and not _OFFER.search(part)
