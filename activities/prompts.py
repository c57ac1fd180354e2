"""What the model is told: a pack's prompt, then data in tags that text cannot leave."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.contracts.conversations import Exchange, Mentioned, Summary, Turn
from shared.contracts.evidence import EVIDENCE_WEAK, ContextPack, Snippet
from shared.contracts.identity import Language
from shared.contracts.plan import MissingField, OpenPlan, Plan
from shared.contracts.runs import RunRecord, ToolOutcome
from shared.contracts.tools import FlowContract, JsonSchema, Pack, ToolContract
from shared.ports import ModelMessage
from shared.tools.confirming import understood_days


@dataclass(frozen=True, slots=True)
class Briefing:
    """Assembles the messages of one model call."""

    pack: Pack
    record: RunRecord
    language: Language
    now: datetime
    summary: Summary | None = None
    """Of what came before the turns."""

    def messages(
        self,
        prompt: str,
        sections: Sequence[str],
        turns: Sequence[Turn],
        beside: Sequence[str] = (),
    ) -> tuple[ModelMessage, ...]:
        """`sections` follow the prompt in the system message, `beside` stand before what the
        person says, in the same message; `turns` are oldest first."""
        return self.after(self.system(prompt, sections), turns, beside)

    def after(
        self, system: str, turns: Sequence[Turn], beside: Sequence[str] = ()
    ) -> tuple[ModelMessage, ...]:
        """The conversation behind this system message."""
        said = [each for turn in turns for each in turn.said]
        remembered = [message for each in said for message in _remembered(each)]
        asked = ModelMessage("user", "\n".join([*beside, escaped(self.record.message)]))
        return (ModelMessage("system", system), *remembered, asked)

    def system(self, prompt: str, sections: Sequence[str]) -> str:
        return self.told([prompt], sections)

    def told(self, prompts: Sequence[str], sections: Sequence[str]) -> str:
        """The base, these prompts of the pack, then the data of the session and `sections`."""
        texts = self.pack.prompts[self.language]
        parts = [part for name in ("base", *prompts) for part in (texts[name], "")]
        return "\n".join([*parts, *self._session(), *sections])

    def _session(self) -> list[str]:
        zone = ZoneInfo(self.record.time_zone)
        context = self.record.context
        return [
            *([json_tag("context", context)] if context else []),
            tag("today", self.now.astimezone(zone).date().isoformat()),
            tag("timezone", self.record.time_zone),
            tag("language", self.language),
            tag("user", self.record.caller.name),
            *([tag("summary", self.summary.text)] if self.summary else []),
        ]


def escaped(text: str) -> str:
    """Text that can neither open nor close a tag; otherwise as it is, so it can be quoted."""
    return text.replace("<", "&lt;")


def tag(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"


def json_tag(name: str, value: object) -> str:
    """JSON in a tag; `<` is written as an escape that JSON reads back."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"<{name}>{text.replace('<', chr(92) + 'u003c')}</{name}>"


def tools_section(tools: Sequence[ToolContract], language: Language) -> str:
    described = [
        {
            "name": t.name,
            "description": t.description[language],
            "arguments": _without_synonyms(t.arguments),
            "result": list(t.result.get("properties", {})),
        }
        for t in tools
    ]
    return json_tag("tools", described)


def _without_synonyms(arguments: JsonSchema) -> JsonSchema:
    """They are many, and for the code that checks: a model knows them."""
    properties = {
        name: {key: value for key, value in schema.items() if key != "x-synonyms"}
        for name, schema in arguments["properties"].items()
    }
    return {**arguments, "properties": properties}


def flows_section(flows: Sequence[FlowContract], language: Language) -> str:
    described = [
        {
            "flowType": flow.flow_type,
            "intent": flow.intent[language],
            "examples": flow.examples.get(language, ()),
            "tools": flow.tools,
            "required": flow.required,
            "preconditions": [condition.text[language] for condition in flow.preconditions],
        }
        for flow in flows
    ]
    return json_tag("flows", described)


def open_question_section(opened: OpenPlan | None) -> list[str]:
    if opened is None:
        return []
    plan = opened.plan
    return [
        json_tag(
            "open_question",
            {
                "flowType": plan.flow_type,
                "calls": [{"tool": call.tool, "args": call.args} for call in plan.calls],
                "missing": [_asked(field) for field in plan.missing],
                "text": plan.question,
            },
        )
    ]


def _asked(field: MissingField) -> dict[str, object]:
    asked: dict[str, object] = {"tool": field.tool, "field": field.field, "call": field.call}
    if field.choices:
        asked["choices"] = [choice.wire() for choice in field.choices]
    return asked


def understood_section(
    plan: Plan, tools: Mapping[str, ToolContract], language: Language
) -> list[str]:
    """Which days were understood by words such as "el viernes"; nothing if there were none."""
    days = [
        {"field": each.field, "said": each.said, "date": each.day}
        for each in understood_days(plan, tools, language)
    ]
    return [json_tag("understood", days)] if days else []


def correction_section(wrong: Sequence[str]) -> list[str]:
    """What an earlier draft of this answer got wrong; nobody has to read that one."""
    return [json_tag("correction", list(wrong))] if wrong else []


def records_section(entities: Sequence[Mentioned]) -> list[str]:
    """The ERP's records that the conversation was about, the newest first."""
    return [json_tag("records", [each.wire() for each in entities])] if entities else []


def events_section(events: Sequence[Snippet]) -> list[str]:
    """What was done in the conversation or happened to its records, the newest first."""
    told = [{"about": each.entities, "text": each.content} for each in events]
    return [json_tag("events", told)] if told else []


def turns_section(turns: Sequence[Turn]) -> str:
    said = [each for turn in turns for each in turn.said]
    return json_tag("turns", [{"user": each.message, "assistant": each.text} for each in said])


def evidence_section(pack: ContextPack) -> str:
    if not pack.snippets:
        return "<evidence></evidence>"
    doubt = ["<doubtful/>"] if EVIDENCE_WEAK in pack.warnings else []
    documents = [
        f'<doc n="{number}" title="{_attribute(s.title)}" source="{_attribute(s.source)}">'
        f"{escaped(s.content)}</doc>"
        for number, s in enumerate(pack.snippets, start=1)
    ]
    numbers = {(s.index, s.document_id): n for n, s in enumerate(pack.snippets, start=1)}
    answers = [
        f'<answer doc="{numbers[each.index, each.document_id]}">{escaped(each.text)}</answer>'
        for each in pack.answers
        if (each.index, each.document_id) in numbers
    ]
    return "\n".join([*doubt, "<evidence>", *documents, *answers, "</evidence>"])


def results_section(outcomes: Sequence[ToolOutcome]) -> str:
    return json_tag(
        "results",
        [
            {
                "tool": o.tool,
                "status": o.status,
                "args": o.args,
                "result": o.result,
                "error": o.error,
            }
            for o in outcomes
        ],
    )


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;")


def _remembered(said: Exchange) -> tuple[ModelMessage, ...]:
    asked = ModelMessage("user", escaped(said.message))
    return (asked, ModelMessage("assistant", said.text)) if said.text else (asked,)
