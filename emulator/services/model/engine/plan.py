"""Drafts the calls a message asks for: which tools, with which arguments, read from where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from ..requests import JsonObject
from .answers import read_answer
from .arguments import ArgumentSpec, specs_of
from .folding import stem, words_of
from .items import split_items
from .orders import Order, asks, find_orders, sentence_start
from .prompt import OpenQuestion, Prompt, ToolSpec
from .region import Region, Value
from .rules import RuleBook
from .shape import PlanShape
from .slots import Setting, Values, read_values
from .triage import continues

_ENOUGH_SHARED_STEMS = 2
_SHORTEST_WORD = 4


@dataclass(frozen=True, slots=True)
class Planner:
    """`prompt` with its tools; `shape` is what the answer's schema allows."""

    prompt: Prompt
    book: RuleBook
    shape: PlanShape
    _specs: dict[str, Sequence[ArgumentSpec]] = field(default_factory=dict)

    def plan(self) -> JsonObject:
        """The draft of the plan; the schema may make it more complete, never less true."""
        question = self.prompt.question
        if question is not None and continues(self.prompt, self.book):
            calls = self._answered(question)
        else:
            calls = self._ordered()
        return {
            "flow_type": self._flow_type(calls),
            "calls": [dict(_document(name, values)) for name, values in calls],
            "reason": self._reason(calls),
        }

    def _ordered(self) -> Sequence[tuple[str, Mapping[str, Value]]]:
        orders = [
            order for order in find_orders(self.prompt.last, self.book) if self._tool(order.tool)
        ]
        if not orders:
            return self._guessed()
        ends = [order.start for order in orders[1:]] + [len(self.prompt.last)]
        calls: list[tuple[str, Mapping[str, Value]]] = []
        for index, (order, end) in enumerate(zip(orders, ends, strict=True)):
            first = sentence_start(self.prompt.last, order.start) if index == 0 else order.start
            read = self._read(order, first, end)
            owner = self._owner(order, [tool for tool, _ in calls])
            calls += [
                (order.tool, {**self._spoken_of(order.tool, values), **owner}) for values in read
            ]
        return calls

    def _spoken_of(self, tool: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """The values, with the record that the call is about and nobody named: one of the
        conversation, else of the events."""
        found = dict(values)
        for spec in self._arguments(tool):
            if spec.required and spec.named and spec.pattern and found[spec.name].value is None:
                found[spec.name] = self._newest(spec.pattern) or found[spec.name]
        return found

    def _newest(self, pattern: str) -> Value | None:
        fitting = [r for r in self.prompt.records if re.fullmatch(pattern, str(r.get("id")))]
        if fitting:
            said = _stems(self.prompt.last)
            # The first of those that share most words with the message is the newest.
            meant = max(fitting, key=lambda record: len(_stems(str(record.get("name"))) & said))
            return Value(meant["id"], str(meant["id"]), "erp")
        for event in self.prompt.events:
            about = event.get("about")
            for key in about if isinstance(about, list) else ():
                identifier = str(key).partition(":")[2]
                if re.fullmatch(pattern, identifier) and identifier in str(event.get("text")):
                    return Value(identifier, identifier, "cerebro")
        return None

    def _owner(self, order: Order, earlier: Sequence[str]) -> Values:
        """The argument that says what the ordered thing belongs to: `projectId` is the `id` that
        an earlier `createProject` returns."""
        if not order.within:
            return {}
        for spec in self._arguments(order.tool):
            thing = spec.name.removesuffix("Id").lower()
            for place, name in reversed(list(enumerate(earlier))):
                tool = self._tool(name)
                makes = tool is not None and "id" in tool.result and thing in name.lower()
                if spec.name.endswith("Id") and makes:
                    return {spec.name: Value(f"$c{place}.id", None, "erp")}
        return {}

    def _read(self, order: Order, start: int, end: int) -> Sequence[Mapping[str, Value]]:
        """The arguments of the order's calls: one set, or one for each of several items."""
        text = self.prompt.last
        if not order.plural:
            values = self._values(order, start, end)
            if start > 0 and not self._main_of(order.tool) & values.keys():
                # Said before the order: "Title: ..., due: .... Create the task."
                values = self._values(order, 0, end)
            return [self._complete(order.tool, values)]
        colon = text.find(":", order.end, end)
        first = order.end if colon < 0 else colon + 1
        header = self._values(order, start, first) if colon >= 0 else {}
        items = split_items(text, (first, end), order.count, self.prompt.today, self.book)
        read = [self._values(Order(order.tool, s, s), s, e) for s, e in items]
        if len(items) == 1 and order.count:
            read = [self._values(order, start, end)] + [{}] * (order.count - 1)
        return [self._complete(order.tool, {**header, **values}) for values in read]

    def _values(self, order: Order, start: int, end: int) -> Values:
        region = Region(self.prompt.last, start, end, self.book)
        region.take_command(order.start, order.end)
        return read_values(region, self._arguments(order.tool), self._setting(), order.end)

    def _main_of(self, tool: str) -> set[str]:
        return {spec.name for spec in self._arguments(tool) if spec.rule.main}

    def _setting(self) -> Setting:
        return Setting(today=self.prompt.today, user=self.prompt.tags.get("user", ""))

    def _guessed(self) -> Sequence[tuple[str, Mapping[str, Value]]]:
        """A tool that the rules do not know, when the message shares enough words with it."""
        if asks(self.prompt.last, self.book):
            return []
        known = {command.tool for command in self.book.commands}
        unknown = [tool for tool in self._tools() if tool.name not in known]
        best = max(unknown, key=self._likeness, default=None)
        if best is None or self._likeness(best) < _ENOUGH_SHARED_STEMS:
            return []
        values = self._values(Order(best.name, 0, 0), 0, len(self.prompt.last))
        return [(best.name, self._complete(best.name, values))]

    def _likeness(self, tool: ToolSpec) -> int:
        examples = [
            str(flow) for flow in self.prompt.flows if tool.name in str(flow.get("tools", ""))
        ]
        about = " ".join([tool.description, *examples])
        return len(_stems(self.prompt.last) & _stems(about))

    def _answered(self, question: OpenQuestion) -> Sequence[tuple[str, Mapping[str, Value]]]:
        """The open calls again, with what the message adds or changes."""
        open_calls = [(str(call.get("tool", "")), _plain_args(call)) for call in question.calls]
        lacking = [index for index, call in enumerate(open_calls) if _missing(question, *call)]
        text = self.prompt.last
        spans: Sequence[tuple[int, int]] = [(0, len(text))]
        if len(lacking) > 1:
            spans = split_items(text, spans[0], len(lacking), self.prompt.today, self.book)
        calls: list[tuple[str, Mapping[str, Value]]] = []
        for index, (tool, args) in enumerate(open_calls):
            place = lacking.index(index) if index in lacking else 0
            span = spans[place] if len(spans) == len(lacking) else (0, len(text))
            said: Values = {}
            if index in lacking or not lacking:
                said = self._reply(tool, _missing(question, tool, args), span)
            kept = self._kept(tool, {k: v for k, v in args.items() if k not in said})
            calls.append((tool, self._complete(tool, {**kept, **said})))
        return calls

    def _reply(self, tool: str, missing: Sequence[str], span: tuple[int, int]) -> Values:
        return read_answer(
            self.prompt.last,
            span,
            self._arguments(tool),
            self.book,
            replace(self._setting(), expected=missing, answering=True),
        )

    def _kept(self, tool: str, args: Mapping[str, JsonValue]) -> Values:
        """Earlier values with the words they were read from, as far as those are in sight."""
        by_name = {spec.name: spec for spec in self._arguments(tool)}
        return {
            name: self._traced(by_name.get(name), value)
            for name, value in args.items()
            if value is not None
        }

    def _traced(self, spec: ArgumentSpec | None, value: JsonValue) -> Value:
        for text in self.prompt.earlier:
            quote = self._words_for(spec, value, text)
            if quote is not None:
                return Value(value, quote)
        if spec is not None and value == spec.default:
            return Value(value, None, "default")
        return Value(value, None, "session")

    def _words_for(self, spec: ArgumentSpec | None, value: JsonValue, text: str) -> str | None:
        place = text.lower().find(str(value).lower())
        if place >= 0:
            return text[place : place + len(str(value))]
        if spec is None:
            return None
        setting = replace(self._setting(), expected=[spec.name], answering=True)
        region = Region(text, 0, len(text), self.book)
        for order in find_orders(text, self.book):
            region.take_command(order.start, order.end)
        found = read_values(region, [spec], setting, 0).get(spec.name)
        return found.quote if found is not None and found.value == value else None

    def _complete(self, tool: str, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Every argument of the tool: said, its declared default, or null."""
        complete: Values = {}
        for spec in self._arguments(tool):
            if spec.name in values:
                complete[spec.name] = values[spec.name]
            elif spec.default is not None:
                complete[spec.name] = Value(spec.default, None, "default")
            else:
                complete[spec.name] = Value(None, None)
        return complete

    def _arguments(self, tool: str) -> Sequence[ArgumentSpec]:
        if tool not in self._specs:
            found = self._tool(tool)
            self._specs[tool] = specs_of(found.arguments, self.book) if found else ()
        return self._specs[tool]

    def _tool(self, name: str) -> ToolSpec | None:
        return next((tool for tool in self._tools() if tool.name == name), None)

    def _tools(self) -> Sequence[ToolSpec]:
        """The prompt's tools that the schema allows; without any in the prompt, the schema's."""
        allowed = self.shape.tools
        if self.prompt.tools and allowed:
            return [tool for tool in self.prompt.tools if tool.name in allowed]
        return self.prompt.tools or [ToolSpec(name, "", args) for name, args in allowed.items()]

    def _flow_type(self, calls: Sequence[tuple[str, Mapping[str, Value]]]) -> str:
        for tool, _ in calls:
            for flow in self.prompt.flows:
                tools = flow.get("tools")
                name = str(flow.get("flowType", flow.get("name", "")))
                if isinstance(tools, list) and tool in tools and name in self.shape.flow_types:
                    return name
            same = [name for name in self.shape.flow_types if name.lower() == tool.lower()]
            if same:
                return same[0]
        return self.book.other_flow

    def _reason(self, calls: Sequence[tuple[str, Mapping[str, Value]]]) -> str:
        reasons = self.book.triage.reasons
        words = reasons.get(self.prompt.language or "es", reasons["es"])
        return words["order" if calls else "question"]


def _document(tool: str, values: Mapping[str, Value]) -> JsonObject:
    return {
        "tool": tool,
        "args": {name: value.value for name, value in values.items()},
        "sources": [
            {"field": name, "source": value.source, "quote": value.quote}
            for name, value in values.items()
            if value.value is not None
        ],
    }


def _plain_args(call: JsonObject) -> Mapping[str, JsonValue]:
    args = call.get("args")
    return args if isinstance(args, dict) else {}


def _missing(question: OpenQuestion, tool: str, args: Mapping[str, JsonValue]) -> Sequence[str]:
    return [name for owner, name in question.missing if owner == tool and args.get(name) is None]


def _stems(text: str) -> frozenset[str]:
    long = [word.text for word in words_of(text) if len(word.text) >= _SHORTEST_WORD]
    return frozenset(stem(word, "es") for word in long) | {stem(word, "en") for word in long}
