"""Runs for who operates them: which there are, by state, conversation and time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import get_args

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.bodies import whole_number
from api.edge import IDENTIFIER, Call
from api.live_states import state_now
from api.paging import cursor_of, place_of
from api.runs import OPERATORS
from shared.calling.refusing import invalid
from shared.contracts.paging import ListPlace, stamp
from shared.contracts.runs import RunEntry, RunList, RunRecord, RunState, RunsWanted
from shared.errors import ForbiddenError

MAX_PAGE = 100
DEFAULT_PAGE = 20
STATES: frozenset[str] = frozenset(get_args(RunState.__value__))
MOST_LOOKED_AT = 500
"""Where only few runs are in the state that is asked for, a page ends all the same."""


async def listed(call: Call) -> Response:
    """Of the caller's tenant. Raises ForbiddenError without a right to see other people's runs."""
    if OPERATORS.isdisjoint(call.caller.rights):
        raise ForbiddenError("no_right_to_operate", right=" | ".join(sorted(OPERATORS)))
    query = call.request.query_params
    given = query.get("limit", str(DEFAULT_PAGE))
    limit = whole_number(given, "/limit", 1, MAX_PAGE, call.language)
    state, wanted = _state(call), _wanted(call)
    items: list[RunEntry] = []
    following, looked_at, last = None, 0, None
    async with aclosing(_entries(call, wanted, limit + 1)) as entries:
        async for entry in entries:
            if last is not None and (len(items) == limit or looked_at == MOST_LOOKED_AT):
                following = cursor_of(ListPlace(stamp(last.received_at), last.run_id))
                break
            last, looked_at = entry, looked_at + 1
            if state in (None, entry.state):
                items.append(entry)
    return json_answer(RunList(items=tuple(items), next=following))


async def _entries(call: Call, wanted: RunsWanted, at_once: int) -> AsyncGenerator[RunEntry]:
    """From where the request goes on, the newest first."""
    behind = place_of(call)
    while records := await call.deps.runs.listed(call.caller.tenant_id, wanted, behind, at_once):
        for entry in await asyncio.gather(*(_entry(call, each) for each in records)):
            yield entry
        behind = ListPlace(stamp(records[-1].received_at), records[-1].run_id)


async def _entry(call: Call, record: RunRecord) -> RunEntry:
    outcome = await call.deps.runs.outcome(record.tenant_id, record.run_id)
    found = None if outcome else await call.orchestrations.state(record.run_id)
    return RunEntry(
        run_id=record.run_id,
        conversation_id=record.conversation_id,
        user_id=record.caller.user_id,
        user_name=record.caller.name,
        state=await state_now(call, record, outcome, found.status if found else None),
        is_agent_call=record.call is not None,
        is_flow=record.flow is not None,
        part_of=record.part_of.run_id if record.part_of else None,
        received_at=record.received_at,
        ended_at=outcome.ended_at if outcome else None,
        finish_reason=outcome.finish_reason if outcome else None,
        error=outcome.failure.code if outcome and outcome.failure else None,
        correlation_id=record.correlation_id,
        trace_id=record.trace_id,
    )


def _state(call: Call) -> str | None:
    state: str | None = call.request.query_params.get("state")
    if state is not None and state not in STATES:
        raise invalid(
            "/state", "field_literal_error", call.language, expected=" | ".join(sorted(STATES))
        )
    return state


def _wanted(call: Call) -> RunsWanted:
    conversation = call.request.query_params.get("conversationId")
    if conversation is not None and not IDENTIFIER.fullmatch(conversation):
        raise invalid("/conversationId", "field_invalid", call.language)
    return RunsWanted(conversation, _moment(call, "since"), _moment(call, "until"))


def _moment(call: Call, name: str) -> str | None:
    """A time with its offset, as in RFC 3339."""
    text = call.request.query_params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return stamp(moment)
    except (ValueError, OverflowError):
        raise invalid(f"/{name}", "field_moment", call.language) from None
