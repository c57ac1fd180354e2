"""Writes the answer for the person: results confirmed, documents cited, or plain chat."""

from collections.abc import Mapping

from .evidence import extract
from .language import language_of
from .orders import find_orders
from .prompt import Prompt, objects_of
from .results import confirm, render
from .rules import RuleBook
from .triage import decide, small_talk

_MOST_SUMMED_UP = 80


def respond(prompt: Prompt, book: RuleBook) -> str:
    """The case follows from what the prompt holds: results, evidence, a wish to ask, or none."""
    language = prompt.language or language_of(prompt.last, book.stop_words, "es")
    if "turns" in prompt.tags:
        return _summary(prompt)
    parts: list[str] = []
    if prompt.results:
        parts.append(_with_weekdays(confirm(prompt.results, language, book), prompt))
    if prompt.evidence is not None and (prompt.evidence or not parts):
        found = _documented(prompt, language, book)
        if found is not None:
            parts.append(found)
        elif not parts:
            parts.append(_of(book.replies.not_documented, language))
    if parts:
        return "\n\n".join(parts)
    if "ask" in prompt.tags:
        return _clarifying(prompt, language, book)
    return _chat(prompt, language, book)


def _summary(prompt: Prompt) -> str:
    """What was said so far, line by line: the beginning of each message of the person."""
    turns = objects_of(prompt.tags["turns"])
    said = [f"- {str(turn.get('user', ''))[:_MOST_SUMMED_UP]}" for turn in turns]
    return "\n".join([*filter(None, [prompt.tags.get("summary")]), *said])


def _with_weekdays(text: str, prompt: Prompt) -> str:
    """Days that were said relative to today are told with their weekday, for checking."""
    for item in prompt.understood:
        day = str(item.get("date", ""))
        without = day.partition(" ")[2]
        if without:
            text = text.replace(without, day)
    return text


def _documented(prompt: Prompt, language: str, book: RuleBook) -> str | None:
    found = extract(prompt.last, prompt.evidence or (), language, book)
    if found is None:
        return None
    text = "\n".join(found.lines) if len(found.lines) > 2 else " ".join(found.lines)
    if found.language == language:
        return text
    note = _of(book.replies.other_language, language).get(found.language, "")
    return f"{note}\n{text}" if note else text


def _clarifying(prompt: Prompt, language: str, book: RuleBook) -> str:
    questions = _of(book.replies.clarify, language)
    orders = find_orders(prompt.last, book)
    if orders and orders[0].tool in questions:
        return questions[orders[0].tool]
    kind = decide(prompt, book).kind
    return questions["unclear" if kind in ("unknown", "injection") else "object"]


def _chat(prompt: Prompt, language: str, book: RuleBook) -> str:
    talk = small_talk(prompt.last, book)
    if talk is None:
        # Whoever asks for something that nobody looked up has been understood.
        known = decide(prompt, book).kind in ("order", "question", "answer", "topic")
        said = book.replies.not_looked_up if known else book.replies.not_understood
        return _of(said, language)
    replies = _of(talk.replies, language)
    user = prompt.tags.get("user", "").split(" ")[0]
    # Chat may vary, but the same message at the same place gets the same words.
    reply = replies[len(prompt.earlier) % len(replies)]
    return render(reply, {"user": user or None}, language, book)


def _of[T](by_language: Mapping[str, T], language: str) -> T:
    return by_language[language] if language in by_language else next(iter(by_language.values()))
