"""Index aliases: second names of indexes, good for everything but deleting and analysing.

Source: REST reference of Azure AI Search, "Aliases", and its guide "Create an index alias".
"""

from collections.abc import Container, Mapping
from hashlib import sha256

from emulator.services.search.errors import SearchError, invalid
from emulator.services.search.json_types import JsonObject
from emulator.services.search.parsing import INDEX_NAME
from emulator.services.search.store import Store


class Aliases:
    """Every change is on disk before it is answered; `indexes` are the names that exist.

    `given` are aliases that the service begins with, before there is anything behind them; they may
    mean another alias, are not listed, and cannot be changed.
    """

    def __init__(
        self, store: Store, indexes: Container[str], given: Mapping[str, str] | None = None
    ) -> None:
        self._store = store
        self._indexes = indexes
        self._given = dict(given or {})
        self._targets = store.aliases()

    def __contains__(self, name: str) -> bool:
        return name in self._targets or name in self._given

    def target(self, name: str) -> str:
        """The index that is meant: that of the alias, or the name itself."""
        name = self._given.get(name, name)
        return self._targets.get(name, name)

    def all(self) -> list[JsonObject]:
        """Every alias, by name."""
        return [self.get(name) for name in sorted(self._targets)]

    def get(self, name: str) -> JsonObject:
        """One alias; raises SearchError (404)."""
        if name not in self._targets:
            message = f"No alias with the name '{name}' was found in this search service."
            raise SearchError(404, "ResourceNotFound", message)
        target = self._targets[name]
        etag = sha256(f"{name} {target}".encode()).hexdigest()[:16].upper()
        return {"@odata.etag": f'"0x{etag}"', "name": name, "indexes": [target]}

    def create(self, document: JsonObject) -> JsonObject:
        """Raises SearchError: 400 for what it says, 409 when the name is taken."""
        name = str(document.get("name"))
        if name in self._targets:
            message = f"Cannot create alias '{name}' because it already exists."
            raise SearchError(409, "ResourceNameAlreadyInUse", message)
        return self._save(name, document)

    def put(self, name: str, document: JsonObject, if_match: str | None) -> JsonObject:
        """Creates an alias, or lets it mean another index; raises SearchError (400, 412)."""
        self._check_etag(name, if_match)
        return self._save(name, document)

    def delete(self, name: str, if_match: str | None) -> None:
        """Its index stays; raises SearchError (404, 412)."""
        self.get(name)
        self._check_etag(name, if_match)
        self._store.delete_alias(name)
        del self._targets[name]

    def check_unused(self, index: str) -> None:
        """Raises SearchError (400) when an alias means the index: it cannot be deleted."""
        if names := sorted(name for name, target in self._targets.items() if target == index):
            raise SearchError(
                400,
                "OperationNotAllowed",
                f"Index '{index}' cannot be deleted: delete these aliases first, or map them to "
                f"another index: {', '.join(names)}.",
            )

    def _save(self, name: str, document: JsonObject) -> JsonObject:
        if document.get("name") != name or not INDEX_NAME.fullmatch(name):
            raise invalid(f"Invalid alias name '{document.get('name')}'.", "alias")
        if name in self._given:
            raise invalid(f"The alias '{name}' is given by the service's configuration.", "alias")
        if name in self._indexes:
            raise invalid(f"The name of the alias '{name}' is that of an index.", "alias")
        indexes = document.get("indexes")
        if not isinstance(indexes, list) or len(indexes) != 1:
            raise invalid(f"The alias '{name}' must name exactly one index.", "alias")
        target = str(indexes[0])
        if target not in self._indexes:
            raise invalid(f"The alias '{name}' names the index '{target}', which is none.", "alias")
        self._store.save_alias(name, target)
        self._targets[name] = target
        return self.get(name)

    def _check_etag(self, name: str, if_match: str | None) -> None:
        if if_match in (None, "*"):
            return
        if name not in self._targets or self.get(name)["@odata.etag"] != if_match:
            raise SearchError(412, "ConditionNotMet", f"The alias '{name}' has changed since.")
