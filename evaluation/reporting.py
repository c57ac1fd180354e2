"""What a run of the evaluation found, for people and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaluation.labels import KINDS
from evaluation.running import Held
from evaluation.scoring import Mismatch

SCRIPTED = "scripted"
"""How a stand-in that works by rules begins its name in its answers (emulator/services/model)."""
NO_MODEL = (
    "SCRIPTED MODEL: it works by rules, so these figures check the evaluation itself and measure "
    "no model."
)


@dataclass(frozen=True, slots=True)
class Findings:
    """`asked` is the model as the settings name it, `answered` what it calls itself."""

    asked: str
    answered: tuple[str, ...]
    pack: str
    began: str
    held: tuple[Held, ...]
    model_calls: int
    total_tokens: int

    @property
    def scripted(self) -> bool:
        return any(name.startswith(SCRIPTED) for name in self.answered)


def as_text(findings: Findings) -> str:
    return "\n".join(_lines(findings))


def _lines(findings: Findings) -> Iterator[str]:
    named = ", ".join(findings.answered) or "no answer"
    yield f"model {findings.asked} (answers as {named}), pack {findings.pack}"
    if findings.scripted:
        yield NO_MODEL
    for failed in (each for each in findings.held if not each.passed):
        yield ""
        yield f"✗ {failed.kind} · {failed.dialogue.id}"
        yield from _failure(failed)
    yield ""
    passed = Counter(each.kind for each in findings.held if each.passed)
    total = Counter(each.kind for each in findings.held)
    for kind in KINDS:
        if total[kind]:
            yield _score(kind, passed[kind], total[kind])
    yield _score("all", passed.total(), total.total())
    yield f"{findings.model_calls} model calls, {findings.total_tokens} tokens"


def _failure(held: Held) -> Iterator[str]:
    for turn, wrong in zip(held.dialogue.turns, held.turns, strict=False):
        if wrong:
            yield f"    «{turn.say}»"
        for each in wrong:
            yield f"    {each.check}: expected {_shown(each.expected)}, got {_shown(each.got)}"
    if held.failure:
        yield f"    broke off: {held.failure}"


def _shown(value: object) -> str:
    return "nothing" if value is None or value == [] else str(value)


def _score(name: str, passed: int, total: int) -> str:
    return f"{name:<12} {passed:>3} of {total:>3}  {passed / total:>6.1%}"


def as_json(findings: Findings) -> dict[str, object]:
    return {
        "model": {
            "asked": findings.asked,
            "answered": list(findings.answered),
            "scripted": findings.scripted,
        },
        "pack": findings.pack,
        "began": findings.began,
        "modelCalls": findings.model_calls,
        "totalTokens": findings.total_tokens,
        "accuracy": {
            "all": _accuracy(findings.held),
            "kinds": {
                kind: _accuracy(of_kind)
                for kind in KINDS
                if (of_kind := [each for each in findings.held if each.kind == kind])
            },
            "languages": {
                language: _accuracy(in_language)
                for language in ("es", "en")
                if (in_language := [e for e in findings.held if e.dialogue.language == language])
            },
        },
        "dialogues": [_dialogue(each) for each in findings.held],
    }


def _accuracy(held: Sequence[Held]) -> dict[str, object]:
    passed = sum(each.passed for each in held)
    share = round(passed / len(held), 4) if held else None
    return {"passed": passed, "total": len(held), "accuracy": share}


def _dialogue(held: Held) -> dict[str, object]:
    return {
        "id": held.dialogue.id,
        "kind": held.kind,
        "language": held.dialogue.language,
        "passed": held.passed,
        "seconds": round(held.seconds, 3),
        "failure": held.failure,
        "turns": [
            {"say": turn.say, "mismatches": [_mismatch(each) for each in wrong]}
            for turn, wrong in zip(held.dialogue.turns, held.turns, strict=False)
        ],
    }


def _mismatch(mismatch: Mismatch) -> dict[str, object]:
    return {"check": mismatch.check, "expected": mismatch.expected, "got": mismatch.got}
