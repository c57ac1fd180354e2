"""Tells the world what was created or changed: an outbox, and who empties it into Event Grid."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aiohttp

from emulator.services.configuration import ConfigurationError, as_object
from emulator.services.tls import ensure_authority

from .callers import Caller
from .kinds import Json, Kind
from .store import Announce, Store

log = logging.getLogger("erp.events")

AT_ONCE = 20
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Topic:
    """An Event Grid topic: where it takes events, and the key it wants."""

    endpoint: str
    key: str


def topic_of(config: Mapping[str, object]) -> Topic | None:
    """From the section's `events` {"endpoint", "key"}; None without, or when the service that the
    endpoint lies at was left out. Raises `ConfigurationError`."""
    if "events" not in config:
        return None
    events = as_object(config["events"], 'erp: "events"')
    endpoint, key = events.get("endpoint"), events.get("key")
    if not isinstance(endpoint, str) or not isinstance(key, str):
        raise ConfigurationError('erp: "events" needs an "endpoint" and a "key".')
    return None if "${" in endpoint else Topic(endpoint, key)


class Publisher:
    """Sends what is in the outbox, in order, until the topic has taken it."""

    def __init__(self, store: Store, topic: Topic) -> None:
        self._store = store
        self._topic = topic
        self._work = asyncio.Event()

    def announce(
        self, kind: Kind, verb: str, caller: Caller, correlation_id: str, changed: Sequence[str]
    ) -> Announce:
        """Makes the event of a record, to be stored with it; then it is sent."""

        def event_of(record: Json) -> Json:
            asyncio.get_running_loop().call_soon(self._work.set)
            return _event(kind, verb, caller, correlation_id, changed, record)

        return event_of

    async def run(self, data: Path) -> None:
        """Until it is cancelled. `data` is the folder with the local authority."""
        trust = ensure_authority(data / "ca").client_context()
        wait = FIRST_WAIT_SECONDS
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:
            while True:
                self._work.clear()
                waiting = self._store.unpublished(AT_ONCE)
                if not waiting:
                    await self._work.wait()
                elif await self._send(session, [event for _, event in waiting]):
                    self._store.published(waiting[-1][0])
                    wait = FIRST_WAIT_SECONDS
                else:
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    async def _send(self, session: aiohttp.ClientSession, events: Sequence[Json]) -> bool:
        headers = {"aeg-sas-key": self._topic.key}
        try:
            async with session.post(self._topic.endpoint, json=events, headers=headers) as answer:
                if answer.status >= 300:
                    log.warning("the topic answered %d", answer.status)
                return answer.status < 300
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("the topic cannot be reached: %s", type(error).__name__)
            return False


def _event(
    kind: Kind,
    verb: str,
    caller: Caller,
    correlation_id: str,
    changed: Sequence[str],
    record: Json,
) -> Json:
    return {
        "id": str(uuid4()),
        "subject": f"/tenants/{caller.tenant_id}/{kind.path}/{record['id']}",
        "eventType": f"{kind.schema_name.lower()}.{verb}",
        "eventTime": datetime.now(UTC).isoformat(),
        "dataVersion": "1",
        "data": {
            "tenantId": caller.tenant_id,
            "id": record["id"],
            "record": record,
            "changed": list(changed),
            "changedBy": caller.user_id,
            "correlationId": correlation_id,
        },
    }
