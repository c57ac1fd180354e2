"""How agents take their turns: model step, tool calls, model step, until something was said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrators.loops import Approve, Loop, Together
from orchestrators.progress import Progress
from orchestrators.tools import refusal_of
from shared.contracts.activities import CallRef
from shared.contracts.agent_activities import (
    CHOOSE,
    MARKS_A_CALL,
    MOST_MARKS,
    SPEAK,
    USE_TOOL,
    ChatShape,
    ChooseRequest,
    Chosen,
    DecidedCall,
    SpeakRequest,
    Spoke,
    UseToolRequest,
)
from shared.contracts.approvals import ApprovalState
from shared.contracts.identity import Language
from shared.contracts.plan import MAX_CALLS
from shared.durable import StepFailedError

CRITICISM = 2
"""Steps that a critic costs: its own, and that of whoever has to say it again."""
MAY_BE_MISSED = frozenset({"MODEL_UNAVAILABLE", "MODEL_RATE_LIMIT", "TIMEOUT"})
"""Failures of one participant's model. What a filter has stopped, and what cannot be judged, is
never gone around."""


@dataclass(slots=True)
class Board:
    """What all participants share: the numbers of the steps, of effects and of what was found."""

    progress: Progress
    shape: ChatShape
    language: Language
    indexes: tuple[str, ...] = ()
    steps: int = 0
    effects: int = 0
    marks: int = 1
    attempt: int = 1
    """The attempt as which the next text is shown to the person."""
    said: list[int] = field(default_factory=list)
    """Steps whose texts everybody hears from now on."""
    acted: set[str] = field(default_factory=set)
    """Participants who have changed something, or meant to: nobody can do without their word."""
    missing: StepFailedError | None = None
    """Why a participant whom the others can do without has not spoken; the first such failure."""

    @property
    def left(self) -> int:
        """Steps of the model that nobody has taken yet."""
        return self.shape.max_steps - self.steps

    @property
    def until(self) -> datetime:
        progress = self.progress
        allowed = timedelta(seconds=progress.limits.seconds) + progress.waited
        return progress.states[0].since + allowed

    def number(self) -> int:
        self.steps += 1
        return self.steps

    def place(self) -> int | None:
        """The next effect's in the ledger; None when a run has as many as can be stopped."""
        if self.effects == MAX_CALLS:
            return None
        self.effects += 1
        return self.effects - 1

    def mark(self) -> int | None:
        """The first number for what the next search finds."""
        first, self.marks = self.marks, self.marks + MARKS_A_CALL
        return first if first + MARKS_A_CALL - 1 <= MOST_MARKS else None


@dataclass(frozen=True, slots=True)
class Said:
    """The step that ended a turn."""

    number: int
    repeats: bool = False


def turn_of(
    board: Board, speaker: str, *, steps: int, answers: bool = False, tools: bool = True
) -> Loop[Said]:
    """A participant speaks; with a critic, who looks at it, once more if that is not content.

    `steps` is how many the model may take for all of it, one at least.
    """
    critic, hears = board.shape.critics.get(speaker), tuple(board.said)
    if critic is None or steps <= CRITICISM:
        return (yield from _speak(board, speaker, hears, steps, answers, tools))
    draft = yield from _speak(
        board, speaker, hears, steps - CRITICISM, False, tools, drafts=answers
    )
    number = board.number()
    board.progress.check_limits()
    review = SpeakRequest(
        **board.progress.take(),
        number=number,
        speaker=critic,
        language=board.language,
        indexes=board.indexes,
        hears=(*hears, draft.number),
        final=True,
        reviews=True,
        until=board.until,
        retries=board.shape.retries,
    )
    try:
        (reviewed,) = yield Together(((SPEAK, review),))
    except StepFailedError as error:
        _do_without(board, critic, error)
        return draft
    board.progress.done(reviewed)
    if reviewed.content:
        return draft
    return (yield from _speak(board, speaker, (*hears, draft.number, number), 1, answers, tools))


def if_possible(board: Board, speaker: str, loop: Loop[Said]) -> Loop[Said | None]:
    """What this participant says; None when its model fails, and it has changed nothing."""
    try:
        return (yield from loop)
    except StepFailedError as error:
        _do_without(board, speaker, error)
        return None


def _do_without(board: Board, speaker: str, error: StepFailedError) -> None:
    """Raises the error, unless the run can go on without this participant."""
    its_own = error.failure.code in MAY_BE_MISSED and error.failure.message != "deadline_exceeded"
    if speaker in board.acted or not its_own:
        raise error
    board.missing = board.missing or error


def _speak(
    board: Board,
    speaker: str,
    hears: tuple[int, ...],
    steps: int,
    answers: bool,
    tools: bool,
    drafts: bool = False,
) -> Loop[Said]:
    own: list[int] = []
    progress = board.progress
    while True:
        progress.check_limits()
        if answers and progress.state != "STREAMING_RESPONSE":
            progress.enter("STREAMING_RESPONSE")
        steps -= 1
        request = SpeakRequest(
            **progress.take(),
            number=board.number(),
            speaker=speaker,
            language=board.language,
            indexes=board.indexes,
            hears=hears,
            own=tuple(own),
            used=progress.used,
            answers=answers,
            drafts=drafts,
            attempt=board.attempt,
            final=steps <= 0 or not tools,
            until=board.until,
            retries=board.shape.retries,
        )
        spoke: Spoke
        (spoke,) = yield Together(((SPEAK, request),))
        progress.done(spoke)
        if answers:
            board.attempt = spoke.attempt
        if not spoke.calls:
            return Said(request.number, spoke.repeats)
        if any(call.effect for call in spoke.calls):
            board.acted.add(speaker)
        own.append(request.number)
        yield from _use_tools(board, request.number, spoke.calls)


def choose(board: Board, coordinator: str, among: Sequence[str]) -> Loop[Chosen]:
    """Who of these speaks next; nobody when enough was said."""
    board.progress.check_limits()
    request = ChooseRequest(
        **board.progress.take(),
        number=board.number(),
        speaker=coordinator,
        language=board.language,
        indexes=board.indexes,
        hears=tuple(board.said),
        among=tuple(among),
        until=board.until,
        retries=board.shape.retries,
    )
    chosen: Chosen
    (chosen,) = yield Together(((CHOOSE, request),))
    board.progress.done(chosen)
    return chosen


# --- tool calls ----------------------------------------------------------------------------------


def _use_tools(board: Board, number: int, calls: Sequence[DecidedCall]) -> Loop[None]:
    """Reads side by side, then effects one after the other; last those that people approve."""
    progress = board.progress
    progress.check_limits()
    if progress.state != "EXECUTING_TOOLS":
        progress.enter("EXECUTING_TOOLS")
    reads = [place for place, call in enumerate(calls) if not call.effect]
    if reads:
        requests = list(_reads(board, number, calls, reads))
        for ran in (yield Together(tuple((USE_TOOL, each) for each in requests))):
            progress.used_tool(ran)
    places = {index: board.place() for index, call in enumerate(calls) if call.effect}
    free = [index for index in places if not calls[index].approval]
    yield from _effects(board, number, calls, free, places, {})
    asked = {
        place: CallRef(number=number, call=index)
        for index, place in places.items()
        if calls[index].approval and place is not None
    }
    decided: dict[int, ApprovalState] = {}
    if asked:
        decided = yield Approve(asked, board.language)
        progress.check_limits()
        progress.enter("EXECUTING_TOOLS")
    bound = [index for index in places if calls[index].approval]
    yield from _effects(board, number, calls, bound, places, decided)


def _reads(
    board: Board, number: int, calls: Sequence[DecidedCall], reads: Sequence[int]
) -> Iterator[UseToolRequest]:
    for nth, index in enumerate(reads):
        progress = board.progress
        common = progress.peek() if nth else progress.take()
        marks = board.mark() if calls[index].cites else None
        yield UseToolRequest(
            **common,
            number=number,
            call=index,
            language=board.language,
            marks=marks,
            until=board.until,
        )


def _effects(
    board: Board,
    number: int,
    calls: Sequence[DecidedCall],
    indexes: Sequence[int],
    places: dict[int, int | None],
    decided: dict[int, ApprovalState],
) -> Loop[None]:
    progress = board.progress
    for index in indexes:
        progress.check_limits()
        place = places[index]
        if place is not None:
            progress.tools = (*progress.tools, calls[index].tool)
        request = UseToolRequest(
            **progress.take(),
            number=number,
            call=index,
            language=board.language,
            place=place,
            until=board.until,
            refused="too_many_effects" if place is None else refusal_of(decided.get(place, "used")),
        )
        (ran,) = yield Together(((USE_TOOL, request),))
        progress.used_tool(ran)
