"""Creates what the configuration declares: the database and its containers."""

from collections.abc import Mapping
from typing import cast

from emulator.services.configuration import ConfigurationError, as_object

from .answers import CosmosError
from .catalog import Catalog
from .indexing import policy_document
from .jsonvalues import Json, JsonObject


def declare(catalog: Catalog, config: Mapping[str, object]) -> None:
    """What is there already is brought up to date; raises `ConfigurationError`."""
    name = config.get("database")
    if name is None:
        return
    if not isinstance(name, str):
        raise ConfigurationError('"services.cosmos.database" must be a text.')
    containers = config.get("containers", [])
    if not isinstance(containers, list):
        raise ConfigurationError('"services.cosmos.containers" must be a list.')
    try:
        if name not in catalog.databases:
            catalog.create_database(name)
        for entry in containers:
            _declare_container(catalog, name, as_object(entry, "Each cosmos container"))
    except CosmosError as error:
        raise ConfigurationError(f'"services.cosmos": {error.message}') from None


def _declare_container(catalog: Catalog, database: str, entry: Mapping[str, object]) -> None:
    wanted: JsonObject = {
        "id": cast(Json, entry.get("name")),
        "partitionKey": {"paths": cast(Json, entry.get("partitionKey"))},
        "defaultTtl": cast(Json, entry.get("defaultTtl")),
        "indexingPolicy": policy_document(cast(Json, entry.get("indexing"))),
    }
    existing = catalog.database(database).containers.get(str(entry.get("name")))
    if existing is None:
        catalog.create_container(database, wanted)
        return
    compared = ("defaultTtl", "indexingPolicy")
    if any(existing.properties.get(name) != wanted[name] for name in compared):
        catalog.replace_container(database, existing.name, wanted)
