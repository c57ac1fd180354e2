"""The tools of an agent's model: what it is offered, and what the calls that it writes come to."""

from collections.abc import Iterator, Sequence

from activities.scene import Scene
from shared.contracts.agent_activities import DecidedCall
from shared.contracts.agent_steps import StepToolCall
from shared.contracts.agents import AskedTool
from shared.contracts.tools import Arguments, Pack, ToolContract, must_be_approved
from shared.ports import Dependencies, ModelToolCall
from shared.tools.as_called import as_called
from shared.tools.offering import Offer, Problem, bound, called, declared, expanded, offers

MOST_CALLS = 8
"""Calls of one step; a model that wants more is told so."""
UNKNOWN = "unknown"
"""What a tool is called that a model made up: the name it wrote is kept with the step only."""


async def offers_to(scene: Scene, deps: Dependencies) -> tuple[Offer, ...]:
    """Those that the call allows, the caller may use, and, among several, are the participant's.

    A server that cannot be asked what it has is left out.
    """
    asked = [each for each in expanded(scene.call.tools, deps.policy.outside)
             if _may_call(each, scene, deps)]  # fmt: skip
    methods = await declared(asked, deps.methods, scene.record.scope)
    return offers(asked, scene.pack.tools, methods)


def _may_call(asked: AskedTool, scene: Scene, deps: Dependencies) -> bool:
    contract = scene.pack.tools.get(asked.name)
    if contract is None:
        return False
    its = scene.call.mode is None or asked.name in scene.participant.tools
    right = as_called(contract, asked.args, deps.policy.outside).right
    return its and right in scene.record.caller.rights


def step_calls(
    step: str, written: Sequence[ModelToolCall], offered: Sequence[Offer]
) -> tuple[StepToolCall, ...]:
    """What the model wrote, read and checked; what is wrong with a call is told with it. `step` is
    unique in the log."""
    return tuple(_step_calls(step, written, offered))


def _step_calls(
    step: str, written: Sequence[ModelToolCall], offered: Sequence[Offer]
) -> Iterator[StepToolCall]:
    for place, call in enumerate(written):
        offer = called(offered, call.name)
        read = _read(offer, call) if place < MOST_CALLS else Problem("call_one_of_many")
        problem = read if isinstance(read, Problem) else None
        yield StepToolCall(
            call_id=f"{step}.{place}",
            provider_id=call.call_id,
            name=call.name,
            written=call.arguments,
            tool=offer.asked.name if offer else UNKNOWN,
            args={} if isinstance(read, Problem) else read,
            problem=f"{problem.key}:{problem.detail}" if problem else None,
        )


def _read(offer: Offer | None, call: ModelToolCall) -> Arguments | Problem:
    return Problem("call_unknown_tool") if offer is None else bound(offer, call.arguments)


def contract_of(call: StepToolCall, pack: Pack, deps: Dependencies) -> ToolContract | None:
    """What holds for this very call; None for a tool that the pack does not have."""
    contract = pack.tools.get(call.tool)
    return contract and as_called(contract, call.args, deps.policy.outside)


def decided(
    calls: Sequence[StepToolCall], scene: Scene, deps: Dependencies
) -> tuple[DecidedCall, ...]:
    """What the orchestration has to know of them: nothing that anybody wrote."""
    return tuple(_decided(call, scene, deps) for call in calls)


def _decided(call: StepToolCall, scene: Scene, deps: Dependencies) -> DecidedCall:
    contract = contract_of(call, scene.pack, deps)
    if contract is None or call.problem is not None:
        # Nothing is called: it is only told what is wrong.
        return DecidedCall(tool=call.tool)
    roles = scene.record.caller.roles
    return DecidedCall(
        tool=call.tool,
        effect=contract.effect,
        approval=contract.effect and must_be_approved(contract.approval, call.args, roles),
        cites=contract.operation == "search",
    )
