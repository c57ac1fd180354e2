"""Conversations: create one, list, read and rename them, read one's audit timeline."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.asked import question_by
from api.bodies import parse, read_body, whole_number
from api.edge import IDENTIFIER, Call
from api.identifiers import born_at, new_id
from api.live_states import state_now
from api.negotiation import wants_events
from api.paging import cursor_of, place_of, searched_words
from api.timeline import live_timeline
from api.turn_views import told
from shared.calling.refusing import invalid
from shared.calling.threads import thread_of
from shared.contracts.conversations import (
    ActiveRun,
    Conversation,
    ConversationEntry,
    ConversationList,
    ConversationView,
    CreateConversation,
    RenameConversation,
    Turn,
)
from shared.contracts.paging import ListPlace, stamp
from shared.errors import NotFoundError

DEFAULT_TIME_ZONE = "Europe/Madrid"
MAX_PAGE = 100
DEFAULT_PAGE = 20
YOUNG = timedelta(seconds=5)
ON_ITS_WAY_SECONDS = 0.1


async def create(call: Call) -> Response:
    body = parse(CreateConversation, call.request, await read_body(call.request), call.language)
    now = call.deps.now()
    conversation = Conversation(
        conversation_id=new_id(),
        tenant_id=call.caller.tenant_id,
        owner_id=call.caller.user_id,
        title=body.title,
        language=body.language or call.language,
        time_zone=_time_zone(call, body.time_zone),
        pack_version=call.deps.packs.current,
        created_at=now,
        updated_at=now,
    )
    await call.deps.conversations.create(conversation)
    location = f"/api/conversations/{conversation.conversation_id}"
    return json_answer(_view(conversation, ()), 201, {"Location": location})


async def listed(call: Call) -> Response:
    """A page of the caller's own; with `q` those whose title has these words. With `sessionId` the
    threads of that session, which are nobody else's to see."""
    query = call.request.query_params
    limit = whole_number(
        query.get("limit", str(DEFAULT_PAGE)), "/limit", 1, MAX_PAGE, call.language
    )
    found = await call.deps.conversations.of_owner(
        call.caller.tenant_id,
        call.caller.user_id,
        query.get("sessionId"),
        place_of(call),
        limit + 1,
        searched_words(call),
    )
    items = tuple(_entry(each) for each in found[:limit])
    following = cursor_of(_place(found[limit - 1])) if len(found) > limit else None
    return json_answer(ConversationList(items=items, next=following))


async def rename(call: Call) -> Response:
    conversation = await readable(call, call.path("id"))
    body = parse(RenameConversation, call.request, await read_body(call.request), call.language)
    if not await call.deps.conversations.rename(conversation, body.title):
        raise NotFoundError("conversation_not_found")
    return json_answer(_entry(conversation.model_copy(update={"title": body.title})))


async def read(call: Call) -> Response:
    """With its newest turns and the summary of what is older, or with those `before` a run."""
    conversation_id, tenant_id = call.path("id"), call.caller.tenant_id
    query = call.request.query_params
    given, before = query.get("limit", str(MAX_PAGE)), _before(call)
    limit = whole_number(given, "/limit", 1, MAX_PAGE, call.language)
    stored = call.deps.conversations
    conversation, turns, summary = await asyncio.gather(
        readable(call, conversation_id),
        stored.turns(tenant_id, conversation_id, limit + 1, before),
        _nothing() if before else stored.summary(tenant_id, conversation_id),
    )
    page = turns[-limit:]
    active = () if before else await _under_way(call, conversation)
    there = {each.run_id for each in active}
    told_turns = await asyncio.gather(*(told(call, t) for t in page if t.run_id not in there))
    view = _view(conversation, tuple(told_turns))
    older = {"older": page[0].run_id} if len(turns) > limit else {}
    folded = {"summary": summary.text} if summary else {}
    return json_answer(view.model_copy(update={"active": active} | older | folded))


async def _nothing() -> None:
    """In place of what is not asked for."""


async def _under_way(call: Call, conversation: Conversation) -> tuple[ActiveRun, ...]:
    """Of the runs that its queue names those that have not ended; one that is only just ending has
    its turn already, which its events tell as well."""
    found = await asyncio.gather(*(_active(call, each) for each in conversation.queue))
    return tuple(each for each in found if each is not None)


async def _active(call: Call, run_id: str) -> ActiveRun | None:
    tenant_id = call.caller.tenant_id
    outcome, state, record = await asyncio.gather(
        call.deps.runs.outcome(tenant_id, run_id),
        call.orchestrations.state(run_id),
        call.deps.runs.get(tenant_id, run_id),
    )
    if outcome is not None or state is None or state.is_over or record is None:
        return None
    now, question = await asyncio.gather(
        state_now(call, record, None, state.status), question_by(call, record)
    )
    return ActiveRun(
        run_id=run_id,
        message=record.message,
        received_at=record.received_at,
        state=now,
        replaces=record.again.replaces if record.again else None,
        question=question,
    )


def _before(call: Call) -> str | None:
    before: str | None = call.request.query_params.get("before")
    if before is not None and not IDENTIFIER.fullmatch(before):
        raise invalid("/before", "field_invalid", call.language)
    return before


async def events(call: Call) -> Response:
    """The audit timeline, oldest first: a page of it, or live."""
    conversation = await readable(call, call.path("id"))
    if wants_events(call.request):
        return live_timeline(call, conversation)
    query = call.request.query_params
    limit = whole_number(query.get("limit", str(MAX_PAGE)), "/limit", 1, MAX_PAGE, call.language)
    page = await call.deps.audit.page(
        call.caller.tenant_id, conversation.conversation_id, query.get("after"), limit
    )
    return json_answer(page)


async def readable(call: Call, conversation_id: str) -> Conversation:
    """A thread of agent calls is there only for who names its session, as in the calls
    (api/chat.py). Raises NotFoundError."""
    found = await own_conversation(call, conversation_id)
    if not names_session(call, found):
        raise NotFoundError("conversation_not_found")
    return found


def names_session(call: Call, conversation: Conversation) -> bool:
    """Whether the request is of the session that a thread is bound to; others are bound to none."""
    named = call.request.query_params.get("sessionId", "")
    return conversation.session_id in (None, named)


def new_thread(call: Call, session_id: str) -> Callable[[str], Conversation]:
    """The caller's thread of this session that is made for the run with an id."""
    now = call.deps.now()

    def thread(run_id: str) -> Conversation:
        return Conversation(
            conversation_id=thread_of(run_id),
            tenant_id=call.caller.tenant_id,
            owner_id=call.caller.user_id,
            session_id=session_id,
            language=call.language,
            time_zone=DEFAULT_TIME_ZONE,
            pack_version=call.deps.packs.current,
            created_at=now,
            updated_at=now,
            active_run_id=run_id,
        )

    return thread


async def own_conversation(call: Call, conversation_id: str) -> Conversation:
    """Somebody else's is as unknown as one that does not exist. Raises NotFoundError."""
    found = await call.deps.conversations.get(call.caller.tenant_id, conversation_id)
    if found is None and _may_be_on_its_way(call, conversation_id):
        await asyncio.sleep(ON_ITS_WAY_SECONDS)
        found = await call.deps.conversations.get(call.caller.tenant_id, conversation_id)
    if found is None or found.erasing is not None or found.owner_id != call.caller.user_id:
        raise NotFoundError("conversation_not_found")
    return found


def _may_be_on_its_way(call: Call, conversation_id: str) -> bool:
    """Just made on another instance, and not yet on the replica that was asked."""
    born = born_at(conversation_id)
    return born is not None and call.deps.now() - born < YOUNG


def _place(conversation: Conversation) -> ListPlace:
    return ListPlace(stamp(conversation.updated_at), conversation.conversation_id)


def _entry(conversation: Conversation) -> ConversationEntry:
    return ConversationEntry(
        conversation_id=conversation.conversation_id,
        title=conversation.title,
        session_id=conversation.session_id,
        language=conversation.language,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def _time_zone(call: Call, name: str | None) -> str:
    try:
        return ZoneInfo(name or DEFAULT_TIME_ZONE).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid("/timeZone", "field_time_zone", call.language) from error


def _view(conversation: Conversation, turns: tuple[Turn, ...]) -> ConversationView:
    return ConversationView(
        conversation_id=conversation.conversation_id,
        title=conversation.title,
        language=conversation.language,
        time_zone=conversation.time_zone,
        pack_version=conversation.pack_version,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        turns=turns,
    )
