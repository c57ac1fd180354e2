"""Everything that is wrong with a flow, found at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pydantic.alias_generators import to_camel, to_snake

from shared.contracts.flows.document import FlowLists, FlowProblem
from shared.contracts.identity import Language
from shared.flows.agent_checks import agent_findings
from shared.flows.findings import Finding, Place, told, warning
from shared.flows.flow import Flow
from shared.flows.graph import Graph, Program, build
from shared.flows.list_checks import list_findings
from shared.flows.node_checks import node_findings
from shared.flows.profiles import without_profile
from shared.flows.reading import read
from shared.flows.text_checks import text_findings
from shared.flows.variable_checks import variable_findings

type Check = Callable[[Flow, Graph], Iterator[Finding]]


def _profile_findings(flow: Flow, graph: Graph) -> Iterator[Finding]:
    """Told once, at the first call that nobody named a profile for."""
    if flow.default_profile is None:
        for node in without_profile(flow, graph):
            yield warning("default_profile", node.place)
            return


CHECKS: tuple[Check, ...] = (
    node_findings,
    agent_findings,
    text_findings,
    variable_findings,
    _profile_findings,
)


def findings_of(sent: object, lists: FlowLists | None = None) -> tuple[list[Finding], Flow | None]:
    """`lists` are what its caller may name; without them nothing is refused for its name."""
    found = read(sent)
    findings = list(found.findings)
    if found.flow is not None:
        graph, of_graph = build(found.flow)
        findings += of_graph
        for check in CHECKS:
            findings += check(found.flow, graph)
        if lists is not None:
            findings += list_findings(found.flow, graph, lists)
    written = [replace(each, place=_as_written(sent, each.place)) for each in findings]
    return written, found.flow


def _as_written(sent: object, place: Place) -> Place:
    """With names of fields in the spelling that was sent."""
    told: list[int | str] = []
    for part in place:
        if isinstance(sent, Mapping) and isinstance(part, str) and part not in sent:
            part = next((each for each in (to_camel(part), to_snake(part)) if each in sent), part)
        told.append(part)
        match sent, part:
            case Mapping(), str() if part in sent:
                sent = sent[part]
            case list(), int() if part < len(sent):
                sent = sent[part]
            case _:
                sent = None
    return tuple(told)


def check(
    sent: object, language: Language, lists: FlowLists | None = None
) -> tuple[FlowProblem, ...]:
    return told(findings_of(sent, lists)[0], language)


def program_of(sent: object, language: Language) -> Program | tuple[FlowProblem, ...]:
    """What can be run, or the problems of a flow that cannot."""
    findings, flow = findings_of(sent)
    if flow is None or any(each.severity == "error" for each in findings):
        return told(findings, language)
    return Program(flow, build(flow)[0])


def read_program(sent: object) -> Program:
    """Of a flow that was found to be without errors before."""
    flow = read(sent).flow
    assert flow is not None, "checked before it was kept"
    return Program(flow, build(flow)[0])
