"""What a participant of an agent call is told: who it is, the data, and what was said so far."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from activities.prompts import (
    Briefing,
    escaped,
    evidence_section,
    json_tag,
    tag,
)
from activities.steps import load_evidence, load_history, load_record, load_results
from shared.awaiting import must_be_there
from shared.contracts.activities import StepRequest
from shared.contracts.agent_activities import MARKS_A_CALL
from shared.contracts.agent_steps import AgentResult, AgentStep
from shared.contracts.agents import AgentCall, ParticipantContract
from shared.contracts.conversations import History
from shared.contracts.evidence import ContextPack, Snippet
from shared.contracts.grounding import Grounding
from shared.contracts.identity import Language
from shared.contracts.runs import RunRecord
from shared.contracts.tools import Pack
from shared.errors import PackGoneError
from shared.ports import Dependencies, ModelMessage, ModelToolCall
from shared.tools.telling import told

AGENT_PROMPT = "agent"
"""What holds for every participant; its own prompt follows."""
NUMBERED = "n"
"""The field of a search's citation that has the number to cite it by."""
FOUND: Mapping[str, object] = {
    "title": "", "kind": "faq", "scope": "public", "version": "1", "confidence": 0.5,
}  # fmt: skip
"""Of a document that its index tells less of."""


@dataclass(frozen=True, slots=True)
class OwnStep:
    """A step of the present turn that called tools, and what came of it."""

    step: AgentStep
    results: tuple[AgentResult, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """`evidence` is None when nothing was looked up, or the participant is not told of it."""

    record: RunRecord
    call: AgentCall
    pack: Pack
    participant: ParticipantContract
    language: Language
    history: History
    grounding: Grounding
    evidence: ContextPack | None = None
    heard: tuple[AgentStep, ...] = ()
    own: tuple[OwnStep, ...] = field(default=())


async def load_scene(
    request: StepRequest,
    speaker: str,
    language: Language,
    deps: Dependencies,
    *,
    indexes: Sequence[str] = (),
    hears: Sequence[int] = (),
    own: Sequence[int] = (),
) -> Scene:
    """Raises StoreError, and PackGoneError when the pack, or who was to speak, is gone."""
    record = await load_record(request, deps)
    call, pack = call_of(record), deps.packs.get(record.pack_version)
    participant = pack.participants.get(speaker)
    if participant is None:
        raise PackGoneError(record.pack_version)
    reads = bool(indexes) and participant.reads
    history, evidence, heard, mine = await asyncio.gather(
        load_history(request, deps),
        load_evidence(request, indexes if reads else (), deps, call.search),
        asyncio.gather(*(load_step(request, number, deps) for number in hears)),
        asyncio.gather(*(_own(request, number, deps) for number in own)),
    )
    return Scene(
        record=record,
        call=call,
        pack=pack,
        participant=participant,
        language=language,
        history=history,
        grounding=grounding_of(call, deps),
        evidence=evidence if reads else None,
        heard=tuple(heard),
        own=tuple(mine),
    )


def call_of(record: RunRecord) -> AgentCall:
    assert record.call is not None, f"run {record.run_id} is no agent call"
    return record.call


def grounding_of(call: AgentCall, deps: Dependencies) -> Grounding:
    """As the settings have it, in the place and the style that the call asks for."""
    if call.search is None:
        return deps.policy.grounding
    return deps.policy.grounding.model_copy(
        update={"inject": call.search.inject, "citation_style": call.search.citation_style}
    )


async def load_step(request: StepRequest, number: int, deps: Dependencies) -> AgentStep:
    """Raises StoreError."""
    run = request.run
    return await must_be_there(
        partial(deps.agent_steps.get, run.tenant_id, run.run_id, number),
        f"step {number} of run {run.run_id}",
    )


async def _own(request: StepRequest, number: int, deps: Dependencies) -> OwnStep:
    run = request.run
    step = await load_step(request, number, deps)
    results = await asyncio.gather(
        *(
            must_be_there(
                partial(deps.agent_steps.result, run.tenant_id, run.run_id, number, call),
                f"result {number}.{call} of run {run.run_id}",
            )
            for call in range(len(step.calls))
        )
    )
    return OwnStep(step, tuple(results))


async def documents_told(
    request: StepRequest, indexes: Sequence[str], used: int, call: AgentCall, deps: Dependencies
) -> Mapping[int, Snippet] | None:
    """What anybody of the call was told of, by the number that it may be cited by: the evidence,
    and what searches have found, all of the `used` tool calls that have ended looked at. None when
    nothing was looked up."""
    evidence, results = await asyncio.gather(
        load_evidence(request, indexes, deps, call.search),
        _searched(request, used, call, deps),
    )
    found = dict(enumerate(evidence.snippets, start=1)) | dict(results)
    return found if indexes or results else None


async def _searched(
    request: StepRequest, used: int, call: AgentCall, deps: Dependencies
) -> list[tuple[int, Snippet]]:
    if not call.tools:
        return []
    results = await load_results(request, used, deps)
    return [each for result in results for each in found_in(result)]


def found_in(result: AgentResult) -> Iterator[tuple[int, Snippet]]:
    """The documents that a search found, by the numbers that it gave them."""
    if result.marks is None:
        return
    ours = range(result.marks, result.marks + MARKS_A_CALL)
    citations = (result.outcome.result or {}).get("citations")
    for each in citations if isinstance(citations, list) else ():
        number = each.get(NUMBERED) if isinstance(each, dict) else None
        if isinstance(number, int) and number in ours:
            yield number, Snippet.model_validate({**FOUND, **each})


# --- what the model is told ----------------------------------------------------------------------


def messages_of(
    scene: Scene,
    deps: Dependencies,
    *,
    prompt: str | None = None,
    more: Sequence[str] = (),
    as_json: bool = False,
) -> tuple[ModelMessage, ...]:
    """`prompt` is told behind the participant's own, `more` with the data; `as_json`: what it says
    is to be JSON."""
    briefing = Briefing(scene.pack, scene.record, scene.language, deps.now(), scene.history.summary)
    evidence = [] if scene.evidence is None else [evidence_section(scene.evidence)]
    in_system = scene.grounding.inject == "system"
    told_of = [*(evidence if in_system else ()), *_discussion(scene.heard), *more]
    sections = [*_asked_for(scene, as_json), *told_of]
    prompts = [AGENT_PROMPT, scene.participant.prompt, *([prompt] if prompt else ())]
    system = briefing.told(prompts, sections)
    *before, asked = briefing.after(system, scene.history.turns, () if in_system else evidence)
    said = (*before, *_spoken(scene.call), asked)
    return (*said, *(each for own in scene.own for each in _tool_messages(own, scene.language)))


def _spoken(call: AgentCall) -> Iterator[ModelMessage]:
    """What the caller keeps of the conversation; what a person wrote in it leaves no tag."""
    for each in call.history:
        told_of = escaped(each.content) if each.role == "user" else each.content
        yield ModelMessage(each.role, told_of)


def _asked_for(scene: Scene, as_json: bool) -> list[str]:
    """What the application that calls wants of the agent."""
    instructions = scene.call.system_prompt
    return [
        *([tag("instructions", instructions)] if instructions else []),
        *([tag("format", "JSON")] if as_json else []),
    ]


def _discussion(heard: Sequence[AgentStep]) -> list[str]:
    if not heard:
        return []
    said = [f'<said by="{step.speaker}">{escaped(step.text)}</said>' for step in heard]
    return ["<discussion>", *said, "</discussion>"]


def _tool_messages(own: OwnStep, language: Language) -> list[ModelMessage]:
    calls = tuple(
        ModelToolCall(call.provider_id, call.name, call.written) for call in own.step.calls
    )
    answers = [
        ModelMessage("tool", _told(result, language), call_id=call.provider_id)
        for call, result in zip(own.step.calls, own.results, strict=True)
    ]
    return [ModelMessage("assistant", own.step.text, calls=calls), *answers]


def _told(result: AgentResult, language: Language) -> str:
    outcome = result.outcome
    said: Mapping[str, object] = {
        "status": outcome.status,
        "result": outcome.result,
        "error": outcome.error,
    }
    return told(outcome.tool, {k: v for k, v in said.items() if v is not None}, language)


def participants_section(among: Sequence[str], scene: Scene) -> str:
    """Who may be asked to speak, and what for."""
    told_of = [
        {"name": name, "description": scene.pack.participants[name].description[scene.language]}
        for name in among
    ]
    return json_tag("participants", told_of)
