"""Fills a tenant that has no records yet with those of the seed file."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from .kinds import KINDS, Json, Kind
from .store import NewRecord, Store

type Seed = Mapping[str, Mapping[str, Sequence[Json]]]
"""By tenant id and kind: records with an id, and status and author where they differ."""

SEEDED_AT = "2026-11-02T08:00:00.000Z"
SEEDED_BY = "migration"


def read_seed(file: Path) -> Seed:
    return cast(Seed, json.loads(file.read_text("utf-8")))


def fill(store: Store, seed: Seed) -> None:
    """A tenant that already has records keeps exactly those."""
    for tenant, records in seed.items():
        if store.knows(tenant):
            continue
        for kind in KINDS:
            for record in records.get(kind.path, ()):
                store.create(kind, _new(kind, tenant, record))


def _new(kind: Kind, tenant: str, record: Json) -> NewRecord:
    record_id = str(record["id"])
    complete = {
        **kind.defaults,
        "status": kind.states[0],
        "createdAt": SEEDED_AT,
        "createdBy": SEEDED_BY,
        **{name: value for name, value in record.items() if name != "id"},
        "tenantId": tenant,
    }
    return NewRecord(
        tenant=tenant,
        record=complete,
        request_hash=hashlib.sha256(record_id.encode()).hexdigest(),
        number=int(record_id.removeprefix(f"{kind.prefix}-")),
    )
