"""Arguments with provenance: a value is kept only if it follows from a source that holds it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.contracts.identity import Language
from shared.contracts.plan import Choice, MissingField, Provenance, Reference, ToolCall
from shared.contracts.tools import FlowContract, JsonSchema, Pack, ToolContract
from shared.contracts.wording import say
from shared.tools.choosing import chosen
from shared.tools.dates import find_dates
from shared.tools.entities import Directory, derived_entity, rule_of
from shared.tools.meant import Guess, doubt, to_offer
from shared.tools.normalising import Derived, Refused, choices_of, derive, normaliser_of
from shared.tools.plan_schema import Proposed
from shared.tools.references import needs_of, provenance_of, refers
from shared.tools.schemas import is_valid
from shared.tools.sources import Passage, Sources

NO_SOURCE = Refused("missing_no_source")


@dataclass(frozen=True, slots=True)
class Offered:
    """One call as it is proposed, at its place in the plan.

    `kept` is the same call of the open plan, which was checked when it was made; `choices` are
    those of the question that is being answered, by field. `earlier` are the tools of the calls
    before this one; `together`, all values that are proposed for calls of this tool.
    """

    contract: ToolContract
    offers: Mapping[str, Proposed]
    required: tuple[str, ...] = ()
    kept: ToolCall | None = None
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    earlier: Sequence[ToolContract] = ()
    together: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    call: ToolCall
    missing: tuple[MissingField, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    value: Any
    provenance: Provenance


type Verdict = Kept | Refused | None
"""None: nobody said anything about it."""


def check(offered: Offered, sources: Sources, directory: Directory, language: Language) -> Checked:
    """Keep what follows from its source and fits its schema; name what has to be asked for.

    That is what is required and was not kept, and what somebody said that could not be taken.
    """
    contract = offered.contract
    properties: Mapping[str, JsonSchema] = contract.arguments["properties"]
    verdicts = {
        name: _verdict(offered, name, schema, sources, directory)
        for name, schema in properties.items()
    }
    kept = {name: each for name, each in verdicts.items() if isinstance(each, Kept)}
    refused = {name: each for name, each in verdicts.items() if isinstance(each, Refused)}
    spoken = [name for name, each in refused.items() if each.said is not None or each.choices]
    kept |= dict(_defaults(properties, {*kept, *spoken}))
    wanted = dict.fromkeys((*offered.required, *contract.arguments.get("required", ()), *spoken))
    missing = tuple(
        missing_field(
            offered,
            name,
            _reason(refused.get(name), properties[name], sources, directory),
            language,
        )
        for name in wanted
        if name not in kept
    )
    args = {name: each.value for name, each in kept.items()}
    call = ToolCall(
        tool=contract.name,
        args=args,
        provenance={name: each.provenance for name, each in kept.items()},
        needs=needs_of(args),
    )
    return Checked(call, missing)


def flow_of(pack: Pack, tool: str, flow_type: str) -> FlowContract | None:
    """The flow that says what a tool needs: the plan's own, or the first that has the tool."""
    flows = [pack.flows.get(flow_type), *pack.flows.values()]
    return next((flow for flow in flows if flow and tool in flow.tools), None)


def label(contract: ToolContract, name: str, language: Language) -> str:
    """What people call a field."""
    schema = contract.arguments["properties"][name]
    return str(schema.get("x-label", {}).get(language) or schema.get("title") or name)


def missing_field(
    offered: Offered, name: str, refusal: Refused, language: Language
) -> MissingField:
    schema = offered.contract.arguments["properties"][name]
    return MissingField(
        tool=offered.contract.name,
        field=name,
        label=label(offered.contract, name, language),
        reason=refusal.reason,
        kind=normaliser_of(schema),
        why=say(refusal.reason, language, said=refusal.said) if refusal.said else None,
        choices=refusal.choices or choices_of(schema, language),
        said=refusal.said,
        call=len(offered.earlier),
    )


# --- one argument --------------------------------------------------------------------------------


def _verdict(
    offered: Offered, name: str, schema: JsonSchema, sources: Sources, directory: Directory
) -> Verdict:
    """What an open plan had already checked stays, unless the person now says otherwise."""
    earlier = _earlier(offered.kept, name)
    offer = offered.offers.get(name, Proposed())
    if offer.value is None or (earlier and _is_same(offer.value, earlier.value)):
        return earlier
    verdict, now = _read(offered, name, schema, offer, sources, directory)
    return verdict if now or earlier is None else earlier


def _earlier(call: ToolCall | None, name: str) -> Kept | None:
    origin = call.provenance.get(name) if call else None
    if call is None or origin is None or origin.source == "default" or name not in call.args:
        return None
    return Kept(call.args[name], origin)


def _read(
    offered: Offered,
    name: str,
    schema: JsonSchema,
    offer: Proposed,
    sources: Sources,
    directory: Directory,
) -> tuple[Verdict, bool]:
    """The verdict on what is offered, and whether it is about words of the newest message."""
    reference = Reference.read(offer.value)
    if reference is not None:
        good = offer.source == "erp" and refers(reference, schema, offered.earlier)
        return (Kept(offer.value, provenance_of(reference)) if good else NO_SOURCE), good
    match offer.source:
        case "default":
            good = "default" in schema and _is_same(offer.value, schema["default"])
            declared = Kept(schema.get("default"), Provenance(source="default"))
            return (declared if good else NO_SOURCE), False
        case "session":
            fact = sources.fact(offer.value)
            if fact is None or not is_valid(offer.value, schema):
                return NO_SOURCE, False
            origin = Provenance(source="session", field=fact, normaliser="text")
            return Kept(offer.value, origin), True
        case "user" | "cerebro" | "erp":
            return _quoted(offered, name, schema, offer, sources, directory)
        case None:
            return NO_SOURCE, False


def _quoted(
    offered: Offered,
    name: str,
    schema: JsonSchema,
    offer: Proposed,
    sources: Sources,
    directory: Directory,
) -> tuple[Verdict, bool]:
    """Of several places where the quote stands, the newest from which the value follows."""
    verdict: Verdict = NO_SOURCE
    now = False
    assert offer.source is not None, "only called for values that are quoted"
    for passage in sources.passages(offer.source, offer.quote):
        is_new = passage.text is sources.texts[0]
        choices = offered.choices.get(name, ()) if is_new else ()
        derived = _derived(offer.value, passage, schema, choices, directory)
        if isinstance(derived, Derived):
            derived = _acceptable(derived, passage, schema, offered.contract, sources.today)
        if isinstance(derived, Derived) and (rule := rule_of(schema)):
            guess = Guess(rule, derived, passage, _elsewhere(offered, name), offered.together)
            derived = doubt(guess, sources, directory) or derived
        if isinstance(derived, Derived):
            return Kept(derived.value, _origin(derived, passage)), is_new
        # What a document says and does not fit is no words of the person's to ask about.
        if verdict is NO_SOURCE and offer.source != "cerebro":
            verdict, now = derived, is_new
    return verdict, now


def _elsewhere(offered: Offered, name: str) -> frozenset[str]:
    """The words from which the other values of the call are read."""
    quotes = (each.quote for field, each in offered.offers.items() if field != name)
    return frozenset(quote for quote in quotes if quote)


def _derived(
    value: object,
    passage: Passage,
    schema: JsonSchema,
    choices: Sequence[Choice],
    directory: Directory,
) -> Derived | Refused:
    picked = chosen(value, passage.quote, choices) if choices else None
    if picked is not None and is_valid(picked.value, schema):
        return Derived(picked.value, normaliser_of(schema))
    rule = rule_of(schema)
    # An answer's words are the model's; only a record that is looked up makes them the ERP's.
    told = passage.text.source == "erp" and passage.text.record is None
    if told and rule is None:
        return NO_SOURCE
    if rule is not None:
        return derived_entity(value, passage.quote, schema, rule, directory)
    return derive(value, passage, schema)


def _is_same(one: object, other: object) -> bool:
    """To Python `True` is 1; to JSON it is not."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _acceptable(
    derived: Derived, passage: Passage, schema: JsonSchema, contract: ToolContract, today: date
) -> Derived | Refused:
    if not is_valid(derived.value, schema):
        return Refused("missing_invalid", passage.quote)
    # A day behind us cannot be worked towards, but it can be looked for.
    ahead = derived.normaliser == "date" and contract.effect and schema.get("x-past") != "allowed"
    if ahead and date.fromisoformat(derived.value) < today:
        return Refused("missing_past", passage.quote)
    return derived


def _origin(derived: Derived, passage: Passage) -> Provenance:
    return Provenance(
        source=passage.text.source,
        quote=passage.quote,
        normaliser=derived.normaliser,
        record=derived.record or passage.text.record,
        field=derived.field or passage.text.field,
        document=passage.text.document,
    )


def _reason(
    refused: Refused | None, schema: JsonSchema, sources: Sources, directory: Directory
) -> Refused:
    """Why it is asked for. A record that was read off nothing is offered as if nobody said it."""
    if refused is None or (refused is NO_SOURCE and rule_of(schema) is not None):
        return _unsaid(schema, sources, directory)
    return refused


def _unsaid(schema: JsonSchema, sources: Sources, directory: Directory) -> Refused:
    """Why nothing is known of a required field: perhaps the day that was said is none."""
    if rule := rule_of(schema):
        return Refused("missing_required", choices=to_offer(rule, sources, directory))
    if normaliser_of(schema) == "date" and sources.texts:
        newest = sources.texts[0]
        for found in find_dates(newest.text, newest.day):
            if found.problem is not None:
                return Refused(f"missing_{found.problem}", found.words)
    return Refused("missing_required")


def _defaults(properties: Mapping[str, JsonSchema], known: set[str]) -> Iterator[tuple[str, Kept]]:
    for name, schema in properties.items():
        if name not in known and "default" in schema:
            yield name, Kept(schema["default"], Provenance(source="default"))
