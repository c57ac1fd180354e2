"""One concrete question for all that a plan lacks, with the reasons and the choices."""

from collections.abc import Sequence
from datetime import date

from shared.contracts.calendar import written_day
from shared.contracts.identity import Language
from shared.contracts.plan import Choice, MissingField, ToolCall
from shared.contracts.tools import Pack
from shared.contracts.wording import say
from shared.tools.arguments import flow_of, label


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
    purpose = say("to_create", language, object=flow.object[language]) if flow else ""
    asked = _asked(pack, calls, missing, language)
    sentence = f"{purpose}{asked}"
    return " ".join([*reasons, sentence[:1].upper() + sentence[1:]])


def _asked(
    pack: Pack, calls: Sequence[ToolCall], missing: Sequence[MissingField], language: Language
) -> str:
    named = {_name(pack, calls, missing, field, language): field for field in missing}
    if len(named) == 1:
        ((name, field),) = named.items()
        if field.choices:
            choices = _listed(field.choices, "or", language)
            return say("ask_choice", language, field=name, choices=choices)
        return say("ask_one", language, field=name)
    fields = [
        f"{name} ({_listed(field.choices, 'or', language)})" if field.choices else name
        for name, field in named.items()
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


def _listed(choices: Sequence[Choice], word: str, language: Language) -> str:
    labels = [_choice(each, language) for each in choices]
    return _joined(labels, word, language, "; " if any("," in each for each in labels) else ", ")


def _choice(choice: Choice, language: Language) -> str:
    try:
        return written_day(date.fromisoformat(choice.label), language)
    except ValueError:
        return choice.label


def _joined(parts: Sequence[str], word: str, language: Language, separator: str = ", ") -> str:
    *first, last = parts
    return say(word, language).join([separator.join(first), last]) if first else last
