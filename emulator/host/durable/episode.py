"""One episode: replay an orchestrator with new events and number what it asks for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from emulator.host.durable import codec, failures, ledger
from emulator.host.durable.clock import Clock
from emulator.host.durable.codec import ProtocolError, Replayed
from emulator.host.durable.determinism import contradiction
from emulator.host.durable.functions import ORCHESTRATOR, find_function, parameter_of
from emulator.host.durable.history import (
    Event,
    Kind,
    orchestrator_completed,
    orchestrator_started,
)
from emulator.host.durable.ledger import AmbiguousBatchError, Plan
from emulator.host.durable.live import Live
from emulator.host.durable.records import Message
from emulator.host.invocation import Datum, FunctionInfo, Invoker, Succeeded, WorkerGone

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Episode:
    """What happened: the messages that were replayed, what the orchestrator said, what follows.

    `history` is the episode's beginning as it will be kept, up to the events that it schedules;
    `contradiction` says what of earlier episodes this one did not repeat.
    """

    now: int
    messages: tuple[Message, ...]
    history: tuple[Event, ...]
    replayed: Replayed
    plan: Plan
    contradiction: str | None = None

    @property
    def received(self) -> list[Event]:
        """The events that came from outside."""
        return [message.event for message in self.messages]


class Replayer:
    """Runs orchestrators; counts its episodes."""

    def __init__(self, invoker: Invoker, clock: Clock) -> None:
        self._invoker = invoker
        self._clock = clock
        self.episodes = 0

    async def replay(self, live: Live, messages: Sequence[Message]) -> Episode:
        """Run an episode; of an ambiguous batch only the first part (see ledger.py)."""
        now = self._clock.now()
        started = orchestrator_started(now)
        while True:
            shown, kept = self._new_events(live, started, messages)
            replayed = await self._run(live, shown)
            received = [message.event for message in messages]
            if (wrong := _contradiction(live, replayed)) is not None:
                plan = Plan(live.ledger.copy(), (), ())
                return Episode(now, tuple(messages), kept, replayed, plan, wrong)
            try:
                plan = ledger.plan(live.ledger, replayed.actions, received, now)
            except AmbiguousBatchError as ambiguous:
                messages = messages[: ambiguous.keep]
            else:
                return Episode(now, tuple(messages), kept, replayed, plan)

    def refused(self, live: Live, messages: Sequence[Message], reason: str) -> Episode:
        """An episode that is not run, and ends the instance for that reason."""
        now = self._clock.now()
        _, kept = self._new_events(live, orchestrator_started(now), messages)
        plan = Plan(live.ledger.copy(), (), ())
        return Episode(now, tuple(messages), kept, _failed(reason), plan, reason)

    def _new_events(
        self, live: Live, started: Event, messages: Sequence[Message]
    ) -> tuple[list[Event], tuple[Event, ...]]:
        received = [message.event for message in messages]
        if not live.seeding:
            return [started, *received], (started, *(event.settled() for event in received))
        # After continue_as_new the extension shows the kept events as already played, and an
        # end of the episode before it has ended.
        completed = orchestrator_completed(self._clock.now())
        first, *kept = received
        shown = [started, first, *(event.played() for event in kept), completed]
        return shown, tuple(
            event if event.kind is Kind.ORCHESTRATOR_STARTED else event.played() for event in shown
        )

    async def _run(self, live: Live, shown: Sequence[Event]) -> Replayed:
        row = live.row
        await self._invoker.loaded()
        function = find_function(self._invoker, ORCHESTRATOR, row.name)
        if function is None:
            known = list(self._invoker.functions(ORCHESTRATOR))
            return _failed(failures.unknown_function(row.name, "orchestrator", known))
        new = ",".join(event.text for event in shown)
        text = codec.trigger_input(
            history=f"{live.text},{new}" if live.text else new,
            input_text=row.input,
            instance_id=row.id,
            parent_id=None if row.parent is None else row.parent.instance_id,
            replaying=live.length > 0,
        )
        return await self._invoke(function, text)

    async def _invoke(self, function: FunctionInfo, text: str) -> Replayed:
        context = Datum("string", text)
        name = parameter_of(function, "context")
        pause = _FIRST_PAUSE
        while True:
            self.episodes += 1
            try:
                # No trigger metadata: Azure repeats the whole history there, nobody reads it.
                outcome = await self._invoker.invoke(function.name, [(name, context)])
                break
            except WorkerGone:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            if isinstance(outcome, Succeeded):
                return codec.replayed(_text_of(outcome.value))
            return codec.replay_failed(outcome.message, outcome.stack)
        except ProtocolError as error:
            return _failed(str(error))


def _contradiction(live: Live, replayed: Replayed) -> str | None:
    # What was raised outside the SDK comes without actions, and a rewound history has gaps.
    unknown = replayed.error is not None and not replayed.actions
    if unknown or live.ledger.rewound is not None:
        return None
    return contradiction(live.scheduled, replayed.actions)


def _failed(error: str) -> Replayed:
    return Replayed(False, (), error=error)


def _text_of(value: Datum | None) -> str:
    if value is None or not isinstance(value.value, str):
        raise ProtocolError("The orchestrator returned nothing that is text.")
    return value.value
