"""Decides what kind of message it is: chat, too little to go on, something to do, or nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..requests import JsonObject
from .answers import read_answer
from .arguments import ArgumentSpec, specs_by_name, specs_of
from .folding import fold, stem, words_of
from .orders import asks, find_orders
from .patterns import any_of
from .prompt import Prompt
from .rules import RuleBook, SmallTalk
from .slots import Setting

type Kind = Literal[
    "small_talk", "need_context", "order", "question", "answer", "topic", "unknown", "injection"
]

_CONFIDENCE: dict[Kind, float] = {
    "small_talk": 0.95,
    "need_context": 0.85,
    "order": 0.96,
    "question": 0.92,
    "answer": 0.93,
    "topic": 0.65,
    "unknown": 0.6,
    "injection": 0.7,
}
_KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz")
_VOWELS = frozenset("aeiouy")
_CONSONANTS = re.compile(r"[^aeiouy\W\d]{5,}")


@dataclass(frozen=True, slots=True)
class Decision:
    """`talk` is the kind of chat when it is one."""

    kind: Kind
    talk: SmallTalk | None = None


def triage(prompt: Prompt, book: RuleBook) -> JsonObject:
    """The draft of the triage's answer."""
    decision = decide(prompt, book)
    match decision.kind:
        case "small_talk":
            route = book.routes.small_talk
        case "need_context":
            route = book.routes.need_context
        case "unknown" | "injection":
            route = book.routes.unknown
        case _:
            route = book.routes.act
    reasons = book.triage.reasons
    words = reasons.get(prompt.language or "es", reasons["es"])
    return {
        "route": route,
        "reason": words[decision.kind],
        "confidence": _CONFIDENCE[decision.kind],
        "continues_open_question": decision.kind == "answer",
        "drops_open_question": prompt.question is not None and _is_new_wish(decision),
    }


def _is_new_wish(decision: Decision) -> bool:
    """Whether the message leaves behind what was asked for; chat in between does not."""
    if decision.talk is not None:
        return decision.talk.drops
    return decision.kind in ("order", "question", "topic")


def decide(prompt: Prompt, book: RuleBook) -> Decision:
    """The rules in their order: the first that applies decides."""
    if prompt.question is not None and continues(prompt, book):
        return Decision("answer")
    text = prompt.last
    macros = book.macros
    if any_of(book.triage.injection, macros).search(fold(text)):
        return Decision("injection")
    if any_of(book.triage.not_now, macros).search(fold(text)):
        return Decision("need_context")
    orders = find_orders(text, book)
    if any(not order.refers for order in orders) or (orders and not _is_bare(text, book)):
        return Decision("order")
    talk = small_talk(text, book)
    if talk is not None:
        return Decision("small_talk", talk)
    if _is_bare(text, book):
        return Decision("need_context")
    if is_gibberish(text, book):
        return Decision("unknown")
    if asks(text, book) or "?" in text:
        return Decision("question")
    if _shares_topic(text, prompt, book):
        return Decision("topic")
    return Decision("unknown")


def continues(prompt: Prompt, book: RuleBook) -> bool:
    """Whether the last message supplies something that the open question is about."""
    question = prompt.question
    if question is None:
        return False
    text = prompt.last
    if small_talk(text, book) is not None or _is_bare(text, book) or is_gibberish(text, book):
        return False
    if any_of(book.triage.not_now, book.macros).search(fold(text)):
        return False
    tools = {str(call.get("tool", "")) for call in question.calls}
    tools |= {tool for tool, _ in question.missing}
    orders = [order for order in find_orders(text, book) if not order.refers]
    if orders and (
        orders[0].tool not in tools or _names_something_new(prompt, book, orders[0].tool)
    ):
        return False
    if not orders and asks(text, book):
        return False
    return any(_supplies(prompt, book, tool) for tool in sorted(tools))


def small_talk(text: str, book: RuleBook) -> SmallTalk | None:
    """The kind of chat a message is when all of it is chat; the last kind in it counts."""
    rest = fold(text)
    last: tuple[int, SmallTalk] | None = None
    for kind in book.small_talk:
        pattern = any_of(kind.patterns, book.macros)
        found = list(pattern.finditer(rest))
        if found:
            place = found[-1].end()
            if last is None or place > last[0]:
                last = (place, kind)
            rest = pattern.sub(lambda match: " " * len(match.group()), rest)
    if last is None:
        return None
    return last[1] if _is_empty(rest, book) else None


def is_gibberish(text: str, book: RuleBook) -> bool:
    """Whether hardly any word of the text could be one, in either language."""
    words = [word.text for word in words_of(text)]
    if not words:
        return True
    known = _known(book)
    bad = [word for word in words if word not in known and _is_noise(word)]
    return len(bad) * 2 >= len(words)


def _is_noise(word: str) -> bool:
    if any(character.isdigit() for character in word):
        return False
    if len(word) < 3:
        return len(word) == 1 or not _VOWELS & set(word)
    if re.search(r"(.)\1\1", word) or _CONSONANTS.search(word) or not _VOWELS & set(word):
        return True
    runs = [word[i : i + 4] for i in range(len(word) - 3)]
    if any(run in row for run in runs for row in _KEYBOARD_ROWS):
        return True
    # "asdasd", "jajaja", "lalala": one short piece again and again.
    return re.fullmatch(r"(\w{2,3})\1{1,}\w?", word) is not None and len(word) > 4


def _is_bare(text: str, book: RuleBook) -> bool:
    """An order or question without any object: "do it", "and that?"."""
    folded = fold(text).strip(" ¿?¡!.,;")
    pattern = any_of(book.triage.need_context, book.macros)
    rest = pattern.sub(" ", folded)
    return rest != folded and _is_empty(rest, book)


def _is_empty(folded: str, book: RuleBook) -> bool:
    """Whether nothing but filler is left."""
    rest = any_of(book.triage.filler, book.macros).sub(" ", folded)
    return not any(character.isalnum() for character in rest)


def _supplies(prompt: Prompt, book: RuleBook, tool: str) -> bool:
    question = prompt.question
    if question is None:
        return False
    missing = [name for owner, name in question.missing if owner == tool]
    specs = _specs(prompt, book, tool, missing)
    setting = Setting(prompt.today, prompt.tags.get("user", ""), expected=missing, answering=True)
    text = prompt.last
    return bool(read_answer(text, (0, len(text)), specs, book, setting))


def _specs(
    prompt: Prompt, book: RuleBook, tool: str, missing: Sequence[str]
) -> Sequence[ArgumentSpec]:
    for spec in prompt.tools:
        if spec.name == tool:
            return specs_of(spec.arguments, book)
    # The triage may be asked without the tools; then the names in the rules must do.
    known = book.tool_arguments.get(tool, ())
    return specs_by_name(list(dict.fromkeys([*missing, *known])), book)


def _names_something_new(prompt: Prompt, book: RuleBook, tool: str) -> bool:
    """Whether an order of the same kind is a new wish: it brings its own main text."""
    question = prompt.question
    missing = [name for _, name in question.missing] if question else []
    mains = [name for name, rule in book.arguments.items() if rule.main and name not in missing]
    specs = [s for s in _specs(prompt, book, tool, missing) if s.name in mains]
    if not specs:
        return False
    setting = Setting(prompt.today, expected=[s.name for s in specs], answering=True)
    text = prompt.last
    every = _specs(prompt, book, tool, missing)
    return bool(read_answer(text, (0, len(text)), every, book, setting).keys() & set(mains))


def _shares_topic(text: str, prompt: Prompt, book: RuleBook) -> bool:
    """Whether a word of the text is of the house: in the rules' list, the flows or documents."""
    said = {stem(word.text, code) for word in words_of(text) for code in ("es", "en")}
    known = {
        stem(word.text, code)
        for code, words in book.triage.domain.items()
        for entry in words
        for word in words_of(entry)
    }
    return bool(said & known)


def _known(book: RuleBook) -> frozenset[str]:
    return frozenset(
        word.text
        for words in (*book.stop_words.values(), *book.triage.domain.values())
        for entry in words
        for word in words_of(entry)
    )
