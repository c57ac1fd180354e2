"""Keeps the example flows of `packs/` for a tenant: `python -m cli.flow_examples`."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.bootstrap import opened_flows
from shared.contracts.flows.stored import StoredFlow, document_of, name_of
from shared.contracts.flows.versions import Editor, FlowVersion
from shared.errors import ConfigurationError, DependencyError
from shared.flows.keeping import keep
from shared.packs import PACKS
from shared.ports import Flows
from shared.settings import get_settings
from shared.starting import check_settings

EXAMPLES = PACKS / "flows" / "examples"
EXIT_FAILED = 1
EXIT_WRONG = 2
BY = Editor(user_id="eira-examples", name="EIRA")


@dataclass(frozen=True, slots=True)
class Example:
    """`flow_id` is the same however often it is kept."""

    flow_id: str
    flow: Any


def main() -> int:
    """Exit codes: 0; 2 for a setting that is wrong, 1 when the store did not do its part."""
    try:
        check_settings()
        done = asyncio.run(_keep_for_all())
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG
    except DependencyError as error:
        print(f"the example flows could not be kept: {error}", file=sys.stderr)
        return EXIT_FAILED
    print(f"Flows: {len(tuple(examples()))} examples, {done} added or changed", flush=True)
    return 0


async def _keep_for_all() -> int:
    settings = get_settings()
    async with opened_flows(settings) as flows:
        tenants = settings.auth.tenants
        done = [await kept(tuple(examples()), each, flows, _now()) for each in tenants]
    return sum(done)


def examples(folder: Path = EXAMPLES) -> Iterator[Example]:
    for path in sorted(folder.rglob("*.json")):
        name = "-".join(path.relative_to(folder).with_suffix("").parts)
        yield Example(f"example-{name}", json.loads(path.read_text("utf-8")))


async def kept(every: Sequence[Example], tenant_id: str, flows: Flows, now: datetime) -> int:
    """How many were added or changed. What somebody has changed or deleted stays so."""
    done = await asyncio.gather(*(_keep(each, tenant_id, flows, now) for each in every))
    return sum(done)


async def _keep(example: Example, tenant_id: str, flows: Flows, now: datetime) -> bool:
    cleaned = keep(example.flow)
    assert cleaned is not None, f"{example.flow_id} is no flow"
    document = document_of(cleaned.flow)
    stored = await flows.read(tenant_id, example.flow_id)
    if stored is None:
        return await flows.create(_version(example, tenant_id, 1, document, now))
    if stored.about.saved_by != BY or stored.document == document:
        return False
    following = _version(example, tenant_id, stored.about.version + 1, document, now)
    return await flows.add(following) == following


def _version(
    example: Example, tenant_id: str, number: int, document: str, now: datetime
) -> StoredFlow:
    about = FlowVersion(version=number, name=name_of(example.flow), saved_at=now, saved_by=BY)
    return StoredFlow(
        flow_id=example.flow_id,
        tenant_id=tenant_id,
        created_at=now,
        created_by=BY,
        about=about,
        document=document,
    )


def _now() -> datetime:
    return datetime.now().astimezone()


if __name__ == "__main__":
    raise SystemExit(main())
