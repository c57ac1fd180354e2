"""ERP events: each is kept once, remembered in Cerebro, and told where it concerns somebody.

Event Grid delivers at least once, in any order. What is done here may be done twice; an event that
could not be finished is raised, so that Event Grid brings it again, later and later.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from hashlib import sha256
from uuid import uuid4

from api.erp_reading import Poison, read_event, type_of
from api.identifiers import new_id
from api.json_text import check_json
from shared.contracts.audit import AuditEvent, concerning
from shared.contracts.calendar import written_day
from shared.contracts.conversations import Conversation
from shared.contracts.erp import (
    UNKNOWN_TENANT,
    DeadLetter,
    ErpEvent,
    SeenErpEvent,
    happened,
    notification,
    timeline_event,
)
from shared.contracts.events import is_terminal
from shared.contracts.evidence import KnowledgeDocument
from shared.contracts.masking import MASK
from shared.contracts.remembered import LANGUAGE, facts_of, readers_of
from shared.contracts.tools import Pack
from shared.errors import DependencyError, ModelError, RequestError, SearchError
from shared.ports import Dependencies, Policy
from shared.streams.writing import LogWriter, RunEndedError

log = logging.getLogger("eira.erp_events")

MAX_BYTES = 64 * 1024
KEPT_OF_TOO_LARGE = 4_000
"""Characters; enough to see whose it was."""
MAX_DELIVERIES = 10
"""With Event Grid's waits the tenth comes after half a day."""
REMEMBERED_CHARACTERS = 4_000


async def receive(text: str, deps: Dependencies) -> None:
    """Take one event, JSON as it was delivered. Raises DependencyError: bring it again."""
    envelope = _object(text)
    if len(text.encode()) > MAX_BYTES:
        poison = Poison("too_large", f"more than {MAX_BYTES} bytes")
        await _bury(envelope, text[:KEPT_OF_TOO_LARGE], poison, deps)
        return
    event = read_event(envelope, deps.now(), deps.policy)
    if isinstance(event, Poison):
        await _bury(envelope, text, event, deps)
        return
    seen = await deps.entities.see(SeenErpEvent(timeline_id=new_id(), event=_masked(event, deps)))
    if seen.state != "open":
        return
    if seen.deliveries > MAX_DELIVERIES:
        poison = Poison("failed_repeatedly", f"{seen.deliveries} deliveries")
        await _bury(envelope, text, poison, deps)
        await deps.entities.settle(seen.model_copy(update={"state": "dead"}))
        return
    await _take(seen, deps)


def _object(text: str) -> Mapping[str, object]:
    """What is no JSON object has no fields, and so breaks every schema; what a store would keep as
    something else is none either, and stays as it came among the dead letters."""
    try:
        check_json(text.encode(), "en")
        envelope = json.loads(text)
    except (RequestError, ValueError):
        return {}
    return envelope if isinstance(envelope, dict) else {}


async def _take(seen: SeenErpEvent, deps: Dependencies) -> None:
    """Raises DependencyError. Cerebro being away keeps nobody from being told."""
    event = seen.event
    away: DependencyError | None = None
    try:
        await _remember(event, deps)
    except (ModelError, SearchError) as error:
        away = error
    # Behind Cerebro: a run that has just made the entity has had that time to link it.
    concerned = await deps.entities.conversations(event.tenant_id, event.entity)
    await asyncio.gather(*(_tell(seen, conversation, deps) for conversation in concerned))
    if away is not None:
        raise away
    await deps.entities.settle(seen.model_copy(update={"state": "done"}))
    log.info("event=%s type=%s told to %d conversations", event.key, event.type, len(concerned))


def _masked(event: ErpEvent, deps: Dependencies) -> ErpEvent:
    """Without what a contract about such entities marks as sensitive."""
    tools = deps.packs.get(deps.packs.current).tools.values()
    of_this_kind = (tool for tool in tools if tool.entity_type == event.entity.type)
    sensitive = {name for tool in of_this_kind for name in tool.sensitive}
    record = {name: MASK if name in sensitive else value for name, value in event.record.items()}
    return event.model_copy(update={"record": record})


async def _remember(event: ErpEvent, deps: Dependencies) -> None:
    """Put the event into Cerebro. Raises ModelError and SearchError."""
    document = _document(event, deps.packs.get(deps.packs.current), deps.policy)
    vector = (await deps.model.embed([f"{document.title}\n{document.content}"]))[0]
    await deps.knowledge.upsert(deps.policy.indexes[0], [(document, vector)])


def _document(event: ErpEvent, pack: Pack, policy: Policy) -> KnowledgeDocument:
    told = happened(event.type, event.entity, event.record, LANGUAGE)
    facts = facts_of(event.entity.type, event.record, pack)
    day = written_day(event.at.date(), LANGUAGE)
    return KnowledgeDocument(
        id=f"erp-{event.key}",
        title=told.rstrip("."),
        content="\n".join([f"{told} ({day})", *facts])[:REMEMBERED_CHARACTERS],
        source="ERP",
        category="event",
        scope="tenant",
        kind="event",
        version=pack.version,
        tenant_id=event.tenant_id,
        allowed_roles=readers_of([event.entity.type], pack, policy.role_rights),
        updated_at=event.at,
        confidence=1.0,
        entities=concerning(event.entity, event.record),
    )


async def _tell(seen: SeenErpEvent, conversation_id: str, deps: Dependencies) -> None:
    """Add the event to the conversation's timeline, and to its runs that are under way."""
    conversation = await deps.conversations.get(seen.event.tenant_id, conversation_id)
    if conversation is None or conversation.erasing is not None:
        return
    line = timeline_event(seen, conversation_id)
    await deps.audit.record(line)
    await deps.audit.seal(line.tenant_id, conversation_id, [line.event_id], deps.now())
    for run_id in conversation.queue:
        # Both are ULIDs: a run that began behind the event is not told when it is delivered again.
        if run_id < seen.timeline_id:
            await _notify(line, seen.event, conversation, run_id, deps)


async def _notify(
    line: AuditEvent, event: ErpEvent, conversation: Conversation, run_id: str, deps: Dependencies
) -> None:
    """Once, and never behind the end; the run whose own effect it is knows already."""
    outcome, run = await asyncio.gather(
        deps.runs.outcome(event.tenant_id, run_id), deps.runs.get(event.tenant_id, run_id)
    )
    told = notification(line, conversation.language)
    if told is None or run is None or outcome or run.correlation_id == event.correlation_id:
        return
    items = await deps.log.all(run_id)
    # A run's first event is there before its conversation names it; none is left after a week.
    if not items or is_terminal(items[-1].events[-1]):
        return
    writer = LogWriter(deps.log, run_id, "erp", uuid4().hex, items[-1].last)
    if any(item.key == f"erp/{event.key}" for item in items):
        return
    try:
        await writer.append(event.key, [told])
    except RunEndedError:
        log.info("run=%s ended before event=%s could be told", run_id, event.key)


async def _bury(
    envelope: Mapping[str, object], text: str, poison: Poison, deps: Dependencies
) -> None:
    """Keep what nobody will try again. Raises StoreError."""
    event_id = envelope.get("id")
    letter = DeadLetter(
        letter_id=sha256(text.encode()).hexdigest(),
        tenant_id=_tenant(envelope, deps),
        reason=poison.reason,
        detail=poison.detail,
        at=deps.now(),
        event_id=str(event_id)[:256] if event_id else None,
        type=(type_of(envelope) or "")[:128] or None,
        event=text,
    )
    await deps.dead_letters.put(letter)
    log.warning("dead letter %s: %s (%s)", letter.letter_id, poison.reason, poison.detail)


def _tenant(envelope: Mapping[str, object], deps: Dependencies) -> str:
    """Whose letter it is, as far as the event says so."""
    data = envelope.get("data")
    claimed = data.get("tenantId") if isinstance(data, Mapping) else None
    known = isinstance(claimed, str) and claimed in deps.policy.tenants
    return str(claimed) if known else UNKNOWN_TENANT
