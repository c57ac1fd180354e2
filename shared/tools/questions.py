"""One concrete question for all that a plan lacks, with the reasons and the choices."""

from collections.abc import Sequence
from datetime import date

from shared.contracts.calendar import written_day
from shared.contracts.identity import Language
from shared.contracts.plan import Choice, MissingField, ToolCall
from shared.contracts.tools import FlowContract, Pack
from shared.contracts.wording import say
from shared.tools.arguments import flow_of, label
from shared.tools.preconditions import NO_CHANGE


def question_for(
    pack: Pack,
    flow_type: str,
    calls: Sequence[ToolCall],
    missing: Sequence[MissingField],
    language: Language,
) -> str:
    """`missing` is not empty."""
    reasons = dict.fromkeys(
        say(field.reason, language, said=field.said) for field in missing if field.said is not None
    )
    flow = flow_of(pack, missing[0].tool, flow_type)
    purpose = _purpose(flow, language) if flow else ""
    asked = _asked(pack, calls, missing, language)
    sentence = f"{purpose}{asked}"
    return " ".join([*reasons, sentence[:1].upper() + sentence[1:]])


def _purpose(flow: FlowContract, language: Language) -> str:
    if flow.purpose:
        return f"{flow.purpose[language]} "
    return say("to_create", language, object=flow.object[language])


def _asked(
    pack: Pack, calls: Sequence[ToolCall], missing: Sequence[MissingField], language: Language
) -> str:
    named: dict[str, list[str]] = {}
    for field in missing:
        name = _name(pack, calls, missing, field, language)
        if field.reason == NO_CHANGE:
            named.setdefault(say("the_change", language), []).append(name)
        else:
            named[name] = [_choice(each, language) for each in field.choices]
    if len(named) == 1:
        ((name, choices),) = named.items()
        if choices:
            listed = _listed(choices, language)
            return say("ask_choice", language, field=name, choices=listed)
        return say("ask_one", language, field=name)
    fields = [
        f"{name} ({_listed(choices, language)})" if choices else name
        for name, choices in named.items()
    ]
    return say("ask_many", language, fields=_joined(fields, "and", language))


def _name(
    pack: Pack,
    calls: Sequence[ToolCall],
    missing: Sequence[MissingField],
    field: MissingField,
    language: Language,
) -> str:
    """What a field is called; of several calls, with the one it is lacking in."""
    name = label(pack.tools[field.tool], field.field, language)
    same = [place for place, call in enumerate(calls) if call.tool == field.tool]
    lacking = {m.call for m in missing if (m.tool, m.field) == (field.tool, field.field)}
    if len(same) < 2 or len(lacking) == len(same):
        return name
    required = pack.tools[field.tool].arguments.get("required", ())
    about = next((v for r in required if (v := calls[field.call].args.get(r)) is not None), None)
    return name if about is None else say("field_of", language, field=name, about=about)


def _listed(choices: Sequence[str], language: Language) -> str:
    return _joined(choices, "or", language, "; " if any("," in each for each in choices) else ", ")


def _choice(choice: Choice, language: Language) -> str:
    try:
        return written_day(date.fromisoformat(choice.label), language)
    except ValueError:
        return choice.label


def _joined(parts: Sequence[str], word: str, language: Language, separator: str = ", ") -> str:
    *first, last = parts
    return say(word, language).join([separator.join(first), last]) if first else last
