"""
One inline agent call, from RECEIVED to DONE:

1. open: intake
2. look into every index in parallel, when the evidence is always told
3. one agent, or several: in sequence, side by side with the coordinator merging, or in a
   discussion where the coordinator says who speaks. Each model step and each tool call is an
   activity of its own, so a crash repeats one step at most and decides nothing anew
4. close: check and store the answer, and at the same time record the call
5. finish, fold, remember: as a turn
"""

from typing import Any, assert_never

from orchestrators.agents import Board, Said, choose, if_possible, turn_of
from orchestrators.ending import (
    finish,
    fold,
    honest,
    record_request,
    record_what_was_done,
    remember,
)
from orchestrators.loops import alone, together
from orchestrators.progress import Progress, Steps
from orchestrators.retrieving import retrieve_all
from shared.contracts.activities import RECORD, Recorded, Responded
from shared.contracts.agent_activities import (
    CLOSE_CALL,
    MARKS_A_CALL,
    OPEN_CALL,
    ChatRequest,
    CloseCallRequest,
    OpenCallRequest,
)
from shared.contracts.runs import FinishReason, Memory
from shared.durable import OrchestrationContext, StepFailedError, call_activity, call_all

FLOW_TYPE = "AgentCall"
A_ROUND = 3
"""Steps without which no round of a discussion begins: choosing, speaking, and the answer."""


def chat(context: OrchestrationContext) -> Steps[Any]:
    start = ChatRequest.model_validate(context.get_input())
    progress = Progress(context, start.run, start.after, start.limits)
    progress.flow_type = FLOW_TYPE
    progress.enter("RECEIVED", quietly=True)
    memory: Memory = "none"
    try:
        opened = yield from call_activity(context, OPEN_CALL, OpenCallRequest(**progress.peek()))
        if opened.ended:
            return None
        progress.done(opened)
        progress.language = opened.language
        board = Board(progress, start.shape, opened.language)
        if start.shape.retrieves == "always":
            yield from retrieve_all(progress, start.shape.indexes)
            board.indexes, board.marks = start.shape.indexes, 1 + MARKS_A_CALL
        said = yield from _discuss(board)
        reason, memory = yield from _close(board, said)
    except StepFailedError as error:
        memory = yield from record_what_was_done(progress, anyway=True)
        yield from finish(progress, "error", memory, honest(progress, error.failure))
    else:
        yield from finish(progress, reason, memory, None)
        yield from fold(progress)
    if memory == "pending":
        yield from remember(progress)
    return None


def _discuss(board: Board) -> Steps[Said | None]:
    """The step whose text is the answer; None when the evidence is."""
    if board.shape.evidence_only:
        # Evidence that nobody waited for to its end is not the answer.
        board.progress.check_limits()
        return None
    match board.shape.mode:
        case None:
            return (yield from _answered_by(board, board.shape.speakers[0]))
        case "sequential":
            return (yield from _in_sequence(board))
        case "fanout":
            return (yield from _side_by_side(board))
        case "group_chat":
            return (yield from _in_discussion(board))
        case _:
            assert_never(board.shape.mode)


def _in_sequence(board: Board) -> Steps[Said]:
    """Each hears what came before; what the last one says is the answer."""
    *others, last = board.shape.speakers
    for place, speaker in enumerate(others):
        # Everybody gets to speak: the steps of those who follow are not for those before.
        steps = max(board.left - len(others) + place, 1)
        said = yield from alone(board.progress, turn_of(board, speaker, steps=steps))
        board.said.append(said.number)
    return (yield from _answered_by(board, last))


def _side_by_side(board: Board) -> Steps[Said]:
    """Nobody hears the others; the coordinator makes one answer of what they say. Whoever cannot
    speak is missed, as long as somebody can."""
    speakers = board.shape.speakers
    share = max((board.left - 1) // len(speakers), 1)
    loops = [
        if_possible(board, speaker, turn_of(board, speaker, steps=share)) for speaker in speakers
    ]
    everybody = yield from together(board.progress, loops)
    board.said += (said.number for said in everybody if said is not None)
    _must_have_said(board)
    return (yield from _answered_by_coordinator(board))


def _in_discussion(board: Board) -> Steps[Said]:
    """The coordinator says who speaks, when enough was said, or whose word is the answer. Nobody
    speaks twice in a row, and who says again what was said ends it."""
    speakers, coordinator = board.shape.speakers, _coordinator(board)
    last: str | None = None
    for _ in range(board.shape.max_turns):
        among = [each for each in speakers if each != last]
        if not among or board.left < A_ROUND:
            break
        chosen = yield from alone(board.progress, choose(board, coordinator, among))
        last = chosen.speaker
        if last is None:
            break
        if chosen.hands_off:
            return (yield from _answered_by(board, last))
        loop = if_possible(board, last, turn_of(board, last, steps=board.left - 1))
        said = yield from alone(board.progress, loop)
        if said is None:
            continue
        board.said.append(said.number)
        if said.repeats:
            break
    _must_have_said(board)
    return (yield from _answered_by_coordinator(board))


def _answered_by(board: Board, speaker: str) -> Steps[Said]:
    loop = turn_of(board, speaker, steps=max(board.left, 1), answers=True)
    return (yield from alone(board.progress, loop))


def _answered_by_coordinator(board: Board) -> Steps[Said]:
    loop = turn_of(board, _coordinator(board), steps=1, answers=True, tools=False)
    return (yield from alone(board.progress, loop))


def _must_have_said(board: Board) -> None:
    """Raises StepFailedError when all who were to say something have failed."""
    if board.missing is not None and not board.said:
        raise board.missing


def _coordinator(board: Board) -> str:
    return board.shape.coordinator or board.shape.speakers[-1]


def _close(board: Board, said: Said | None) -> Steps[tuple[FinishReason, Memory]]:
    """Store the answer and record the call, in parallel."""
    progress = board.progress
    if progress.state != "STREAMING_RESPONSE":
        progress.enter("STREAMING_RESPONSE")
    close = CloseCallRequest(
        **progress.take(),
        number=said.number if said else None,
        language=board.language,
        indexes=board.indexes,
        used=progress.used,
        attempt=board.attempt,
        unjudged=progress.unjudged,
        missing=board.missing is not None,
    )
    record = record_request(progress, broken_off=False)
    progress.recording = True
    both = yield from call_all(progress.context, [(CLOSE_CALL, close), (RECORD, record)])
    closed, recorded = _typed(both)
    progress.answered(closed)
    progress.done(recorded)
    progress.enter("PERSISTED_EVENT")
    return closed.finish_reason, recorded.memory


def _typed(results: list[Any]) -> tuple[Responded, Recorded]:
    closed, recorded = results
    return closed, recorded
