"""Cosmos DB: the containers as the app expects them, and an item that is written and deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from pydantic import BaseModel, ConfigDict
from ulid import ULID

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.mending import COSMOS, COSMOS_KIND, Need, failed_at
from cli.deployment.subject import Place, Subject
from shared.bootstrap import build_database

AREA = "cosmos"
DECLARED = Path(__file__).parents[3] / "demo" / "cloud.json"
"""Where the containers are told; a test holds infra/ to it."""
WRITTEN_IN = "quotas"
"""Its items end by themselves, and nobody reads one of a subject that is nobody's."""
ENDS_SECONDS = 300
PUT_BACK = "./eira up --fresh makes it anew, forgetting all that is stored"
PROVISION = "azd provision makes the containers of infra/app/cosmos.bicep"


class Declared(BaseModel):
    """A container; `default_ttl` in seconds, -1 for items that say it themselves, None for ever."""

    model_config = ConfigDict(frozen=True)
    name: str
    partitionKey: tuple[str, ...]  # noqa: N815 - as demo/cloud.json writes it
    defaultTtl: int | None = None  # noqa: N815


class _Cosmos(BaseModel):
    containers: tuple[Declared, ...]


class _Services(BaseModel):
    cosmos: _Cosmos


class _Cloud(BaseModel):
    services: _Services


class Containers(Protocol):
    """Everything raises AzureError."""

    async def properties(self, name: str) -> Mapping[str, object] | None:
        """None when there is no such container."""
        ...

    async def try_out(self, name: str, subject: str) -> None:
        """Write an item of this partition, read it, delete it."""
        ...


class CosmosContainers:
    """`container` opens one by its name."""

    def __init__(self, container: Callable[[str], Awaitable[ContainerProxy]]) -> None:
        self._container = container

    async def properties(self, name: str) -> Mapping[str, object] | None:
        try:
            return dict(await (await self._container(name)).read())
        except CosmosResourceNotFoundError:
            return None

    async def try_out(self, name: str, subject: str) -> None:
        container = await self._container(name)
        # Should the deletion fail, it ends by itself.
        item = {"id": subject, "subject": subject, "ttl": ENDS_SECONDS}
        await container.create_item(item)
        await container.read_item(subject, partition_key=subject)
        await container.delete_item(subject, partition_key=subject)


def declared() -> Sequence[Declared]:
    """The containers that the app's stores use."""
    return _Cloud.model_validate_json(DECLARED.read_bytes()).services.cosmos.containers


async def look(subject: Subject) -> list[Finding]:
    database = build_database(subject.settings, subject.credential)
    try:
        return await examined(CosmosContainers(database.container), declared(), subject)
    finally:
        await database.close()


async def examined(
    containers: Containers, wanted: Sequence[Declared], subject: Subject
) -> list[Finding]:
    settings = subject.settings.cosmos
    need = Need(COSMOS, COSMOS_KIND, settings.endpoint)
    tried = f"the properties of {len(wanted)} containers of {settings.endpoint}"
    try:
        held = await asyncio.gather(*(containers.properties(each.name) for each in wanted))
    except AzureError as failed:
        return [await failed_at(AREA, tried, failed, subject, need)]
    if not any(held):
        what = f"there is no database {settings.database}, or no container in it"
        return [error(AREA, what, tried, *_making(subject.place))]
    wrong = [
        finding
        for each, properties in zip(wanted, held, strict=True)
        if (finding := compared(each, properties, settings.database, subject.place))
    ]
    if wrong:
        return wrong
    return [await _tried_out(containers, subject, need)]


def compared(
    wanted: Declared, held: Mapping[str, object] | None, database: str, place: Place
) -> Finding | None:
    """A container and what is there under its name."""
    tried = f"the properties of {database}/{wanted.name}"
    mend = PUT_BACK if place.local else PROVISION
    if held is None:
        what = f"there is no container {wanted.name} in the database {database}"
        return error(AREA, what, tried, *_making(place))
    key = held.get("partitionKey")
    paths = tuple(key.get("paths", ())) if isinstance(key, Mapping) else ()
    if paths != wanted.partitionKey:
        what = f"{wanted.name} is divided by {list(paths)}, not {list(wanted.partitionKey)}"
        return error(AREA, what, tried, f"delete the container; {mend}")
    if (ttl := held.get("defaultTtl")) != wanted.defaultTtl:
        what = f"items of {wanted.name} live {ttl} s by default, not {wanted.defaultTtl}"
        return warning(AREA, what, tried, mend)
    return None


def _making(place: Place) -> tuple[str, str]:
    mend = PUT_BACK if place.local else PROVISION
    return mend, "Cosmos__Database names the database"


async def _tried_out(containers: Containers, subject: Subject, need: Need) -> Finding:
    tried = f"an item written into {WRITTEN_IN}, read, deleted"
    try:
        await containers.try_out(WRITTEN_IN, f"doctor-{ULID()}")
    except AzureError as failed:
        return await failed_at(AREA, tried, failed, subject, need)
    return ok(AREA, f"all containers are there as they should be; {tried}")
