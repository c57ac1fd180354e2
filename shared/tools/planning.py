"""From a proposed plan to one whose every value is checked, or to one question."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.identity import Caller, Language
from shared.contracts.plan import Choice, OpenPlan, Plan, Reference, ToolCall
from shared.contracts.tools import Pack
from shared.tools.arguments import Checked, Offered, check, flow_of, missing_field
from shared.tools.choosing import chosen
from shared.tools.confirming import confirmation_of
from shared.tools.entities import Directory, Lookup, lookup_for, lookup_to_offer, rule_of
from shared.tools.plan_schema import Proposed
from shared.tools.preconditions import broken, lookups_of
from shared.tools.questions import question_for
from shared.tools.references import needs_of
from shared.tools.sources import Sources

OTHER = "Other"
"""What is none of the pack's flows. The flow type is shown to operators, so a model that is not
held to the schema must not put its own words there."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The tools of a plan with what is offered for their arguments, in order."""

    flow_type: str
    calls: Sequence[tuple[str, Mapping[str, Proposed]]]


def offered_calls(proposal: Proposal, pack: Pack, opened: OpenPlan | None) -> list[Offered]:
    """Each call with what it needs, what was checked of it before, and what was asked."""
    flow_type = flow_type_of(proposal, pack)
    contracts = [pack.tools[tool] for tool, _ in proposal.calls]
    values = [
        (tool, str(offer.value))
        for tool, offers in proposal.calls
        for offer in offers.values()
        if offer.value is not None
    ]
    return [
        Offered(
            contract=contracts[place],
            offers=offers,
            required=flow.required.get(tool, ()) if flow else (),
            kept=_kept(opened, tool, place),
            choices=_choices(opened, tool, place),
            earlier=contracts[:place],
            together=frozenset(value for each, value in values if each == tool),
        )
        for place, (tool, offers) in enumerate(proposal.calls)
        for flow in (flow_of(pack, tool, flow_type),)
    ]


def flow_type_of(proposal: Proposal, pack: Pack) -> str:
    """The flow that the model says, if it is one and has a tool of the plan; else the one that
    has the first."""
    tools = [tool for tool, _ in proposal.calls]
    said = pack.flows.get(proposal.flow_type)
    if said is not None and (not tools or set(tools) & set(said.tools)):
        return proposal.flow_type
    flow = flow_of(pack, tools[0], OTHER) if tools else None
    return flow.flow_type if flow else OTHER


def lookups_for(
    calls: Sequence[Offered], pack: Pack, flow_type: str, sources: Sources
) -> Iterator[Lookup]:
    """What the ERP has to be asked before the values can be checked."""
    for call in calls:
        flow = flow_of(pack, call.contract.name, flow_type)
        for name, schema in call.contract.arguments["properties"].items():
            offer = call.offers.get(name, Proposed())
            if _is_unsaid(call, name, offer) and (rule := rule_of(schema)):
                unsaid = lookup_to_offer(rule)
                yield from [unsaid] if unsaid else []
            if not _is_looked_up(call, name, offer, sources):
                continue
            if rule := rule_of(schema):
                yield lookup_for(rule, offer.value, offer.quote or "")
            if flow:
                yield from lookups_of(flow, call.contract.name, name, offer.value)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Everything that the values of a plan are checked against."""

    pack: Pack
    sources: Sources
    directory: Directory
    caller: Caller
    language: Language

    def plan(self, flow_type: str, calls: Sequence[Offered]) -> Plan:
        """The plan with the values that hold, and the question for those that it lacks."""
        checked = [self._checked(offered, flow_type) for offered in calls]
        made = [self._confirmed(each.call, flow_type) for each in checked]
        missing = [field for each in checked for field in each.missing]
        # Nobody is asked for the details of what they may not do; the tools then refuse.
        if all(offered.contract.right not in self.caller.rights for offered in calls):
            missing = []
        question = None
        if missing:
            question = question_for(self.pack, flow_type, made, missing, self.language)
        return Plan(
            flow_type=flow_type, calls=tuple(made), missing=tuple(missing), question=question
        )

    def _checked(self, offered: Offered, flow_type: str) -> Checked:
        """The call without the values that break one of its flow's conditions."""
        checked = check(offered, self.sources, self.directory, self.language)
        flow = flow_of(self.pack, offered.contract.name, flow_type)
        if flow is None:
            return checked
        lacking = [field.field for field in checked.missing]
        refused = dict(broken(flow, checked.call, lacking, self.directory, self.language))
        asked = [
            missing_field(offered, name, refusal, self.language)
            for name, refusal in refused.items()
        ]
        return Checked(_without(checked.call, refused), (*checked.missing, *asked))

    def _confirmed(self, call: ToolCall, flow_type: str) -> ToolCall:
        flow = flow_of(self.pack, call.tool, flow_type)
        if flow is None:
            return call
        contract = self.pack.tools[call.tool]
        sentence = confirmation_of(flow, call, contract, self.language)
        return call.model_copy(update={"confirmation": sentence})


def _without(call: ToolCall, fields: Collection[str]) -> ToolCall:
    if not fields:
        return call
    args = {name: value for name, value in call.args.items() if name not in fields}
    origins = {name: each for name, each in call.provenance.items() if name not in fields}
    return call.model_copy(update={"args": args, "provenance": origins, "needs": needs_of(args)})


def _is_unsaid(call: Offered, name: str, offer: Proposed) -> bool:
    """Whether it is required and nobody named it: not now, and not in the open plan."""
    kept = call.kept is not None and name in call.kept.args
    needed = name in call.required or name in call.contract.arguments.get("required", ())
    return needed and not kept and offer.source != "user"


def _is_looked_up(call: Offered, name: str, offer: Proposed, sources: Sources) -> bool:
    """Whether it is a new value in somebody's words; an answer that picks a choice is none."""
    if offer.value is None or offer.source is None or Reference.read(offer.value) is not None:
        return False
    if call.kept is not None and call.kept.args.get(name) == offer.value:
        return False
    if chosen(offer.value, offer.quote or "", call.choices.get(name, ())) is not None:
        return False
    return any(True for _ in sources.passages(offer.source, offer.quote))


def _kept(opened: OpenPlan | None, tool: str, place: int) -> ToolCall | None:
    if opened is None or place >= len(opened.plan.calls):
        return None
    call = opened.plan.calls[place]
    return call if call.tool == tool else None


def _choices(opened: OpenPlan | None, tool: str, place: int) -> Mapping[str, tuple[Choice, ...]]:
    if opened is None:
        return {}
    asked = [each for each in opened.plan.missing if (each.tool, each.call) == (tool, place)]
    return {each.field: each.choices for each in asked}
