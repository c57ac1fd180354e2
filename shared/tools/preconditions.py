"""What a flow asks for before its tools are called, checked against one call."""

from collections.abc import Collection, Iterator
from typing import assert_never

from shared.contracts.identity import Language
from shared.contracts.plan import ToolCall
from shared.contracts.tools import Changing, FlowContract, InOrder, RightHeld, Unused, Usable
from shared.tools.entities import Directory, Lookup
from shared.tools.folding import folded
from shared.tools.normalising import Refused

NO_CHANGE = "missing_change"
"""The reason of fields of which one is enough."""


def lookups_of(flow: FlowContract, tool: str, field: str, value: object) -> Iterator[Lookup]:
    """What the ERP has to be asked for the conditions on one argument."""
    for condition in flow.preconditions:
        if isinstance(condition, Unused) and (condition.tool, condition.field) == (tool, field):
            yield Lookup(condition.lookup.tool, condition.lookup.query, str(value))


def broken(
    flow: FlowContract,
    call: ToolCall,
    asked: Collection[str],
    directory: Directory,
    language: Language,
) -> Iterator[tuple[str, Refused]]:
    """The arguments that break a condition, each with the sentence that says so; `asked` are those
    that are asked for already."""
    for condition in flow.preconditions:
        match condition:
            case InOrder() if condition.tool == call.tool:
                earlier, later = call.args.get(condition.earlier), call.args.get(condition.later)
                # ISO dates are in the order of their texts.
                if earlier is not None and later is not None and later < earlier:
                    yield condition.later, _refused(condition.text[language], call, condition.later)
            case Unused() if condition.tool == call.tool and condition.field in call.args:
                if _is_used(condition, call, directory):
                    yield condition.field, _refused(condition.text[language], call, condition.field)
            case Changing() if condition.tool == call.tool:
                if {*condition.fields}.isdisjoint({*call.args, *asked}):
                    yield from ((name, Refused(NO_CHANGE)) for name in condition.fields)
            case InOrder() | Unused() | RightHeld() | Usable() | Changing():
                # A right is the tool's own and checked there; records are looked up for their
                # argument's value.
                continue
            case _:
                assert_never(condition)


def _is_used(condition: Unused, call: ToolCall, directory: Directory) -> bool:
    value = str(call.args[condition.field])
    lookup = Lookup(condition.lookup.tool, condition.lookup.query, value)
    return any(
        folded(str(item.get(name, ""))) == folded(value)
        for item in directory.found.get(lookup, ())
        for name in condition.lookup.names
    )


def _refused(text: str, call: ToolCall, field: str) -> Refused:
    origin = call.provenance.get(field)
    return Refused(text, origin.quote if origin and origin.quote else str(call.args[field]))
