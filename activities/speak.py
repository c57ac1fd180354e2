"""One model step of an agent: what it says, or which tools it wants called."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from activities.agent_tools import decided, offers_to, step_calls
from activities.answer_checks import Checks
from activities.asking import Tries, before, model_of
from activities.citation_styles import MarkFilter
from activities.listening import must_be_heard
from activities.moderating import holds_back, judged
from activities.producing import Produced, collect, produce
from activities.prompts import correction_section
from activities.reviewing import review
from activities.scene import Scene, documents_told, load_scene, messages_of
from activities.steps import announced, answer_writer, log_writer, step_in_log
from activities.stopping import unless_stopped
from shared.contracts.agent_activities import SpeakRequest, Spoke
from shared.contracts.agent_steps import AgentStep
from shared.contracts.events import AgentTurnEvent, RestartEvent, RunEvent, TextEvent
from shared.contracts.runs import Usage
from shared.errors import ContentBlockedError, ModelError
from shared.ports import Dependencies, LogItem, Model, ModelRequest
from shared.streams.joining import TextJoiner
from shared.streams.showing import shown_text
from shared.streams.writing import AnswerWriter
from shared.tools.folding import folded
from shared.tools.offering import Offer, offered

SAME_TEXT = 90.0
"""Of 100, by rapidfuzz's `ratio`: who says so nearly what was said has nothing new to say."""


async def speak(request: SpeakRequest, deps: Dependencies) -> Spoke:
    """Raises ModelError, StoreError and DeadlineError. A second execution answers what the first
    has stored, and decides nothing anew."""
    run = request.run
    async with before(request.until, deps):
        stored = await deps.agent_steps.get(run.tenant_id, run.run_id, request.number)
        scene = await load_scene(
            request,
            request.speaker,
            request.language,
            deps,
            indexes=request.indexes,
            hears=request.hears,
            own=request.own,
        )
        await must_be_heard(scene.record, deps)
        if request.reviews:
            return await review(request, stored, scene, deps)
        offered, checks = await asyncio.gather(
            _offered(request, scene, stored, deps), checks_of(request, scene, deps)
        )
        speech = Speech(request, scene, checks, offered, deps)
        if stored is not None:
            return await speech.tell_again(stored)
        return await speech.give()


async def _offered(
    request: SpeakRequest, scene: Scene, stored: AgentStep | None, deps: Dependencies
) -> tuple[Offer, ...]:
    return () if request.final or stored is not None else await offers_to(scene, deps)


async def checks_of(request: SpeakRequest, scene: Scene, deps: Dependencies) -> Checks:
    """Only what may become the answer is checked: nobody is shown the rest as such."""
    if not (request.answers or request.drafts):
        return Checks(False, scene.grounding, None)
    documents = await documents_told(request, request.indexes, request.used, scene.call, deps)
    return Checks(scene.call.model.response_format == "json", scene.grounding, documents)


@dataclass(slots=True)
class Speech:
    """One execution of the step. `spent` and `asked` count what the model was asked, in vain as
    well; `wrong` is what was wrong with a draft that nobody has to read."""

    request: SpeakRequest
    scene: Scene
    checks: Checks
    offers: tuple[Offer, ...]
    deps: Dependencies
    spent: Usage = field(default_factory=Usage)
    asked: int = 0
    wrong: tuple[str, ...] = ()
    writer: AnswerWriter | None = None
    unjudged: bool = False

    @property
    def streams(self) -> bool:
        """Whether people read the text as it is written."""
        return self.request.answers and not holds_back(self.scene.call)

    @property
    def step_name(self) -> str:
        return f"speak-{self.request.number}"

    async def give(self) -> Spoke:
        produced = await self._produced()
        await self._judge(produced)
        step = self._step(produced)
        kept = await self.deps.agent_steps.put(step)
        if kept != step:
            # Another execution was faster, and what it has decided holds.
            return await self.tell_again(kept)
        if self.writer is None:
            return await (self._shown(kept) if self.request.answers else self._told(kept))
        attempt = self.writer.attempt
        if kept.calls and self.writer.has_written:
            attempt += 1
            await self.writer.write([RestartEvent(reason="tools", attempt=attempt)])
        return self._spoke(kept, self.writer.after, attempt)

    async def _judge(self, produced: Produced) -> None:
        """Raises ContentBlockedError, ModerationError; what was shown until then is void."""
        try:
            known = await judged([produced.text], self.scene.call, self.request, self.deps)
        except ContentBlockedError:
            if self.writer is not None and self.writer.has_written:
                void = RestartEvent(reason="moderation", attempt=self.writer.attempt + 1)
                await self.writer.write([void])
            raise
        self.unjudged = not known

    async def _shown(self, step: AgentStep) -> Spoke:
        """An answer that was held back until it was judged, as a whole."""
        writer = await self._claimed("interrupted")
        text = "" if step.calls else self.checks.shown(step.text)
        await writer.write([TextEvent(text=text, attempt=writer.attempt)] if text else [])
        return self._spoke(step, writer.after, writer.attempt)

    async def tell_again(self, step: AgentStep) -> Spoke:
        """Make the log say what is stored: two executions may have written at the same time."""
        if not self.request.answers:
            return await self._told(step)
        node = self.scene.record.part_of.node if self.scene.record.part_of else None
        items = await self.deps.log.all(self.request.run.log_id)
        shown = shown_text(items, node)
        attempt = _last_attempt(items, self.request.attempt, node)
        wanted = "" if step.calls else self.checks.shown(step.text)
        writer = self._new_writer()
        written = f"{step_in_log(self.request, self.step_name)}/"
        if not any(item.key.startswith(written) for item in items):
            # It died before it told anybody anything.
            return await self._shown(step)
        if shown != wanted:
            writer.attempt = attempt
            await writer.begin_again("tools" if step.calls else "interrupted")
            attempt = writer.attempt
            if wanted:
                await writer.write([TextEvent(text=wanted, attempt=attempt)])
        return self._spoke(step, writer.after, attempt)

    async def _told(self, step: AgentStep) -> Spoke:
        """What a participant says to the others."""
        writer = log_writer(self.request, self.step_name, self.deps)
        said: list[RunEvent] = announced(self.request, self.deps)
        if step.text.strip():
            said.append(AgentTurnEvent(speaker=step.speaker, text=step.text))
        await writer.append("said", said)
        return self._spoke(step, writer.after, self.request.attempt)

    def _spoke(self, step: AgentStep, after: int, attempt: int) -> Spoke:
        return Spoke(
            after=after,
            usage=step.usage,
            model_calls=max(self.asked, 1),
            calls=decided(step.calls, self.scene, self.deps),
            repeats=step.repeats,
            attempt=attempt,
            unjudged=step.unjudged,
        )

    @property
    def name(self) -> str:
        """Of the step: that of its calls begins with it."""
        return step_in_log(self.request, f"s{self.request.number}")

    def _step(self, produced: Produced) -> AgentStep:
        request, run = self.request, self.request.run
        return AgentStep(
            run_id=run.run_id,
            tenant_id=run.tenant_id,
            number=request.number,
            speaker=request.speaker,
            text=produced.text,
            calls=step_calls(self.name, produced.end.calls, self.offers),
            answers=request.answers or request.drafts,
            shown=request.answers and not produced.end.calls,
            repeats=says_again(produced.text, self.scene.heard),
            unjudged=self.unjudged,
            finish_reason=produced.end.finish_reason,
            usage=self.spent,
            model=produced.end.model,
        )

    # --- the model -------------------------------------------------------------------------------

    async def _produced(self) -> Produced:
        """What the model says in the end. Once it may correct itself; what it gets wrong again is
        put right in code, or is an error. Raises ModelError."""
        produced = await self._tried()
        wrong = () if produced.end.calls else self.checks.wrong_in(produced.text)
        if not wrong:
            return produced
        if not self.checks.wrong_in(self.checks.bared(produced.text)):
            return await self._put_right(produced)
        self.wrong = wrong
        produced = await self._tried("corrected")
        if produced.end.calls or not self.checks.wrong_in(produced.text):
            return produced
        return await self._put_right(produced)

    async def _put_right(self, produced: Produced) -> Produced:
        text = self.checks.without_wrong_marks(self.checks.bared(produced.text))
        if self.checks.wrong_in(text):
            raise ModelError("the answer is not the JSON that was asked for", retryable=False)
        shown = self.checks.shown(text)
        if self.streams:
            self.writer = await self._claimed("corrected")
            await self.writer.write([TextEvent(text=shown, attempt=self.writer.attempt)])
        return Produced(text, shown, produced.end)

    async def _tried(self, reason: str = "interrupted") -> Produced:
        """A failure that may pass is tried again, as often as the call allows."""
        tries = Tries(self.request.retries)
        while True:
            self.asked += 1
            try:
                produced = await self._asked_once(reason)
            except ModelError as error:
                await tries.pause(error)
                continue
            self.spent += produced.end.usage
            return self._without_strange_calls(produced)

    def _without_strange_calls(self, produced: Produced) -> Produced:
        """A model that was offered no tools may not ask for any. Raises ModelError when that is all
        it did."""
        if self.offers or not produced.end.calls:
            return produced
        if not produced.text.strip():
            raise ModelError("the model asked for tools that it does not have")
        return replace(produced, end=replace(produced.end, finish_reason="stop", calls=()))

    async def _asked_once(self, reason: str) -> Produced:
        model, asked = model_of(self.scene, self.deps), self._model_request()
        if not self.streams:
            collecting = collect(model.stream(asked))
            return await unless_stopped(collecting, self.request, self.deps)
        return await self._streamed(model, asked, reason)

    def _model_request(self) -> ModelRequest:
        choice = self.scene.call.model
        as_json = self.checks.as_json
        return ModelRequest(
            messages=messages_of(
                self.scene, self.deps, more=correction_section(self.wrong), as_json=as_json
            ),
            max_tokens=choice.max_tokens,
            tools=tuple(
                offered(each, self.scene.language, self.deps.policy.outside) for each in self.offers
            ),
            temperature=choice.temperature,
            top_p=choice.top_p,
            json=as_json,
        )

    async def _streamed(self, model: Model, asked: ModelRequest, reason: str) -> Produced:
        # The model is asked while the attempt is being claimed; text waits for the claim.
        claim = asyncio.create_task(self._claimed(reason))

        async def write_text(text: str, next_ms: int) -> None:
            # Shielded: a stream that breaks off cancels this, and the claim has to come to its end.
            writer = await asyncio.shield(claim)
            await writer.write([TextEvent(text=text, attempt=writer.attempt)], next_ms)

        joiner = TextJoiner(write_text, self.deps.policy.longest_join_ms)
        marks = MarkFilter() if self.checks.hides_marks else None
        try:
            produced = await produce(model.stream(asked), joiner, marks)
            await claim
        except ModelError:
            await claim
            raise
        finally:
            claim.cancel()
        writer = self.writer = claim.result()
        rest = joiner.rest()
        await writer.write([TextEvent(text=rest, attempt=writer.attempt)] if rest else [])
        return produced

    async def _claimed(self, reason: str) -> AnswerWriter:
        """Claim an attempt for this execution, behind what others have written."""
        writer = self._new_writer()
        if not await writer.begin(announced(self.request, self.deps)):
            await writer.begin_again(reason)
        return writer

    def _new_writer(self) -> AnswerWriter:
        writer = answer_writer(self.request, self.step_name, self.deps)
        writer.attempt = self.request.attempt
        return writer


def says_again(text: str, heard: Sequence[AgentStep]) -> bool:
    """Whether somebody has said nearly the same."""
    from rapidfuzz import fuzz  # takes 25 ms: at the first use, as the SDKs

    said = folded(text)
    return bool(said) and any(fuzz.ratio(said, folded(each.text)) >= SAME_TEXT for each in heard)


def _last_attempt(items: Iterable[LogItem], otherwise: int, node: str | None) -> int:
    events = (event for item in items for event in item.events)
    told = (e for e in events if isinstance(e, TextEvent | RestartEvent))
    return max((e.attempt for e in told if e.node == node), default=otherwise)
