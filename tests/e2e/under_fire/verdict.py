"""Whether a run that has ended tells the truth about what was done."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.contracts.outcomes import SKIPPED
from shared.contracts.wording import say
from tests.e2e.people import Run
from tests.e2e.under_fire.ordering import Placed

type Offence = Literal["duplicate", "lost", "untrue"]

CLAIM = re.compile(r"He creado|He dado de alta|Hecho:")
DENIAL = re.compile(r"No se ha (?:podido completar|hecho)")
DOUBT = re.compile(r"[Nn]o se sabe")
RECORD_ID = re.compile(r"\b[PTU]-\d+\b")
POSSIBLY_MADE = frozenset({"ok", "unknown"})
BROKEN_OFF = frozenset({"error", "cancelled"})
"""How a turn ends whose run broke off before it had its answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    offence: Offence
    run_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.offence}: run {self.run_id}: {self.what}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that can be known of a run: the ERP's records of each mark, what the API shows, the
    event log as it is streamed, the conversation's stored turns, the audit's events."""

    placed: Placed
    records: Sequence[Sequence[Mapping[str, Any]]]
    view: Mapping[str, Any]
    run: Run
    turns: Sequence[Mapping[str, Any]]
    audit: Sequence[Mapping[str, Any]]

    @property
    def effects(self) -> Sequence[Mapping[str, Any]]:
        return list(self.view.get("effects", []))

    def statuses(self) -> list[str | None]:
        """Of each mark's call; None where the ledger has nothing."""
        by_call = {effect["callId"]: str(effect["status"]) for effect in self.effects}
        return [by_call.get(f"c{step}") for step in range(len(self.placed.order.marks))]


type Offences = Iterator[tuple[Offence, str]]


def judge(seen: Evidence) -> list[Finding]:
    checks = (_records, _log, _tool_events, _end, _text, _skipped, _audit, _decisions)
    return [
        Finding(offence, seen.placed.run_id, f"{seen.placed.order.kind}: {what}")
        for check in checks
        for offence, what in check(seen)
    ]


def _records(seen: Evidence) -> Offences:
    """Of what was made there is exactly one; of what is unknown at most one; else none."""
    for mark, made, status in zip(
        seen.placed.order.marks, seen.records, seen.statuses(), strict=True
    ):
        if len(made) > 1:
            yield "duplicate", f"{len(made)} records of {mark}"
        if status == "ok" and not made:
            yield "lost", f"the run says ok, the ERP has no {mark}"
        if made and status not in ("ok", "unknown"):
            yield "untrue", f"the ERP has {mark}, the run says {status}"
    for effect in seen.effects:
        known = {str(one["id"]) for records in seen.records for one in records}
        if effect["status"] == "ok" and str(effect["result"]["id"]) not in known:
            yield "untrue", f"{effect['callId']} names a record that is not the order's"
    projects = {str(one["id"]) for records in seen.records for one in records if "name" in one}
    for task in (one for records in seen.records for one in records if "title" in one):
        if projects and str(task.get("projectId")) not in projects:
            yield "untrue", f"{task['id']} is not in the project that was made for it"


def _log(seen: Evidence) -> Offences:
    if seen.run.numbers != list(range(1, len(seen.run.events) + 1)):
        yield "untrue", f"numbers with gaps: {seen.run.numbers}"
    ends = [event.type for event in seen.run.events if event.type in ("done", "error")]
    if len(ends) != 1 or seen.run.events[-1].type not in ("done", "error"):
        yield "untrue", f"terminal events: {ends}"


def _tool_events(seen: Evidence) -> Offences:
    """Each call that came to something is told once, as the ledger has it."""
    told: dict[str, list[str]] = {}
    for event in seen.run.of("tool"):
        if event["status"] != "started":
            told.setdefault(str(event["callId"]), []).append(str(event["status"]))
    for effect in seen.effects:
        statuses = told.pop(str(effect["callId"]), [])
        silent = effect["status"] == "skipped" and not statuses
        if statuses != [effect["status"]] and not silent:
            yield "untrue", f"{effect['callId']} is {effect['status']}, its events say {statuses}"
    if told:
        yield "untrue", f"events of calls that are not in the ledger: {told}"


def _end(seen: Evidence) -> Offences:
    """The end, as it is streamed and as it is stored, and what it says of doing it again."""
    end, view = seen.run.end, seen.view
    if (end["type"] == "done") != (view["state"] == "DONE"):
        yield "untrue", f"the log ends with {end['type']}, the run is {view['state']}"
    if end["type"] == "done":
        return
    if end["code"] != view["error"]["code"]:
        yield "untrue", f"the log ends with {end['code']}, the run with {view['error']['code']}"
    statuses = {effect["status"] for effect in seen.effects}
    if statuses & POSSIBLY_MADE and end["retryable"]:
        yield "untrue", f"{end['code']} invites to repeat what was done: {statuses}"
    if "ok" in statuses and end["code"] == "CANCELLED" and "permanece" not in end["message"]:
        yield "untrue", "it was stopped and does not say that something remains"


def _acted(seen: Evidence) -> bool:
    return not POSSIBLY_MADE.isdisjoint(effect["status"] for effect in seen.effects)


def _kept(seen: Evidence) -> list[str]:
    """What the run's turn has to keep, part by part: the answer that was read. Of a run that broke
    off before that: what was read of it until it was stopped, and what it told of its effects."""
    run, end = seen.run, seen.run.end
    if end["type"] == "done" or any(_is_answer(turn) for turn in seen.turns):
        return [run.text]
    read = run.text if end["code"] == "CANCELLED" else ""
    told = str(end["message"]) if _acted(seen) else ""
    return [part for part in (read, told) if part]


def _is_answer(turn: Mapping[str, Any]) -> bool:
    """Whether the answer was whole and stored before its run came to a bad end."""
    return turn["finishReason"] not in BROKEN_OFF


def _text(seen: Evidence) -> Offences:
    """The answer names the records that were made, all of them when it is whole, no others."""
    kept = _kept(seen)
    text = "\n\n".join(kept)
    if text != (seen.view.get("text") or ""):
        yield "untrue", f"told {text!r}, stored {seen.view.get('text')!r}"
    if [turn["text"] for turn in seen.turns] != [text]:
        yield "untrue", f"the conversation has {len(seen.turns)} turns, or another answer"
    made = {str(one["result"]["id"]) for one in seen.effects if one["status"] == "ok"}
    named = set(RECORD_ID.findall(text))
    whole = seen.run.end["type"] == "done"
    if not named <= made or (whole and named != made):
        yield "untrue", f"the answer names {named}, made were {made}: {text!r}"
    # What was read before the stop and what is told with the end may speak of the same effect.
    if any(len(CLAIM.findall(part)) > len(made) for part in kept):
        yield "untrue", f"the answer claims more than {made}: {text!r}"
    if whole:
        statuses = Counter(str(effect["status"]) for effect in seen.effects)
        yield from _told_each(text, statuses)


def _told_each(text: str, statuses: Counter[str]) -> Offences:
    """A whole answer says of each call that was not made, or may not have been, that it is so."""
    not_made = statuses["failed"] + statuses["skipped"]
    if len(DENIAL.findall(text)) != not_made:
        yield "untrue", f"the answer does not tell what was not made, {not_made} calls: {text!r}"
    if len(DOUBT.findall(text)) != statuses["unknown"]:
        yield "untrue", f"the answer does not tell what is unknown: {text!r}"


def _skipped(seen: Evidence) -> Offences:
    """A call that was not made at all has a reason, which is so, and which a whole answer gives."""
    for effect in seen.effects:
        if effect["status"] != "skipped":
            continue
        why = _reason(effect)
        if not _is_so(why, effect, seen):
            yield "untrue", f"{effect['callId']} was skipped as {why}, which is not so"
        told = str(effect.get("error")).rstrip(".").casefold() in seen.run.text.casefold()
        if seen.run.end["type"] == "done" and not told:
            yield "untrue", f"the answer does not say why {effect['callId']} was not made"


def _reason(effect: Mapping[str, Any]) -> str | None:
    """The key of the wording whose sentence the run shows."""
    told = {say(key, "es"): key for key in SKIPPED}
    return told.get(str(effect.get("error")))


def _is_so(why: str | None, effect: Mapping[str, Any], seen: Evidence) -> bool:
    match why:
        case "needs_failed":
            # Of these orders only the tasks of a project need a call: the first.
            is_dependent = seen.placed.order.kind == "project with tasks"
            return is_dependent and effect["callId"] != "c0" and seen.statuses()[0] != "ok"
        case "approval_rejected":
            return seen.placed.decision == "rejected"
        case "cancelled":
            # Whoever asked may have got no answer: a stop that forbade a call is one all the same.
            may_be = seen.placed.order.kind in ("stopped", "approval stopped")
            return may_be and seen.view["state"] == "CANCELLED"
        case "approval_expired":
            # A stop closes the approval; nothing here takes long enough for the deadline.
            return seen.placed.order.kind == "approval stopped"
        case _:
            return False


def _audit(seen: Evidence) -> Offences:
    kinds = Counter(event["kind"] for event in seen.audit if event.get("runId"))
    if kinds["turn.completed"] != 1:
        yield "untrue", f"turn.completed {kinds['turn.completed']} times"
    flows = [event for event in seen.audit if event["kind"] == "flow.executed"]
    must = any(effect["status"] in POSSIBLY_MADE for effect in seen.effects)
    if len(flows) > 1 or (must and not flows):
        yield "untrue", f"flow.executed {len(flows)} times"
    shown = {effect["callId"]: effect["status"] for effect in seen.effects}
    for event in flows:
        audited = {one["callId"]: one["status"] for one in event["results"]}
        if audited != shown:
            yield "untrue", f"the audit says {audited}, the run {shown}"


def _decisions(seen: Evidence) -> Offences:
    """What was decided was done, and nothing was done that nobody approved."""
    placed, statuses = seen.placed, seen.statuses()
    if not placed.order.makes_user:
        return
    if placed.decision != "approved" and set(statuses) & POSSIBLY_MADE:
        yield "untrue", f"decided {placed.decision}, and it is {statuses}"
    if placed.order.kind == "approved" and placed.decision and statuses == ["skipped"]:
        yield "lost", "it was approved in time and was not made"
