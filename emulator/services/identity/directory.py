"""Who there is: the people, client applications and the one managed identity of the config."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.services.configuration import ConfigurationError, as_object, read_json

NO_TENANT = "00000000-0000-4000-8000-000000000000"
"""Of an application that is not told its tenant: everybody's."""

_NO_PRINCIPAL = "00000000-0000-4000-8000-000000000001"
_NO_CLIENT = "00000000-0000-4000-8000-000000000002"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in; `password` None lets in any password that is not empty."""

    name: str
    display_name: str
    email: str
    tenant_id: str
    object_id: str
    roles: Sequence[str]
    time_zone: str | None
    language: str | None
    password: str | None
    tenant_name: str | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """An identity without a person: a client application or the managed identity.

    One with `redirect_uris` is a single-page application that people sign in to.
    """

    client_id: str
    object_id: str
    tenant_id: str
    roles: Sequence[str]
    secret: str | None = None
    name: str | None = None
    redirect_uris: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    users: Sequence[User]
    clients: Sequence[Application]
    managed_identity: Application

    def user(self, name: str) -> User | None:
        """By short name or e-mail address, in any case."""
        wanted = name.casefold()
        for user in self.users:
            if wanted in (user.name.casefold(), user.email.casefold()):
                return user
        return None

    def client(self, client_id: str) -> Application | None:
        return next((one for one in self.clients if one.client_id == client_id), None)

    def tenants(self) -> frozenset[str]:
        known = {user.tenant_id for user in self.users}
        known.update(client.tenant_id for client in self.clients)
        return frozenset(known | {self.managed_identity.tenant_id})


def read_directory(config: Mapping[str, object], config_dir: Path) -> Directory:
    """From the identity section of the config; raises `ConfigurationError`.

    `users` names a JSON file: a list of users, or `{"tenants": [{"id", "users": [...]}]}`.
    """
    users: list[User] = []
    if (file := config.get("users")) is not None:
        path = config_dir / str(file)
        users = [_user(entry, path) for entry in _entries(read_json(path), path)]
    managed = _application(as_object(config.get("managedIdentity", {}), '"managedIdentity"'))
    clients = [
        _application(as_object(entry, '"clients" must hold objects: each'))
        for entry in _list(config.get("clients", []), '"clients"')
    ]
    return Directory(users=users, clients=clients, managed_identity=managed)


def _entries(document: object, path: Path) -> Iterator[Mapping[str, object]]:
    """Every user with its tenant's id filled in, whichever of the two shapes the file has."""
    if isinstance(document, list):
        yield from (as_object(entry, f"{path}: a user") for entry in document)
        return
    tenants = as_object(document, f"{path}: the file (or a list of users)").get("tenants")
    for entry in _list(tenants, f'{path}: "tenants"'):
        tenant = as_object(entry, f"{path}: a tenant")
        for user in _list(tenant.get("users"), f'{path}: "users" of a tenant'):
            about = {"tenantId": tenant.get("id"), "tenantName": tenant.get("name")}
            yield {**about, **as_object(user, f"{path}: a user")}


def _user(entry: Mapping[str, object], path: Path) -> User:
    name = _text(entry, ("username", "name"), f"{path}: a user")
    who = f"{path}: the user {name!r}"
    return User(
        name=name,
        display_name=_text(entry, ("displayName", "name"), who),
        email=str(entry.get("email", f"{name}@localhost")),
        tenant_id=_text(entry, ("tenantId",), who),
        object_id=_text(entry, ("objectId", "id"), who),
        roles=_texts(entry.get("roles", []), f'{who}: "roles"'),
        time_zone=_optional(entry, "timeZone"),
        language=_optional(entry, "language"),
        password=_optional(entry, "password"),
        tenant_name=_optional(entry, "tenantName"),
    )


def _application(entry: Mapping[str, object]) -> Application:
    return Application(
        client_id=str(entry.get("clientId", _NO_CLIENT)),
        object_id=str(entry.get("principalId", _NO_PRINCIPAL)),
        tenant_id=str(entry.get("tenantId", NO_TENANT)),
        roles=_texts(entry.get("roles", []), '"roles"'),
        secret=_optional(entry, "secret"),
        name=_optional(entry, "name"),
        redirect_uris=_texts(entry.get("redirectUris", []), '"redirectUris"'),
    )


def _text(entry: Mapping[str, object], names: Iterable[str], what: str) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
    raise ConfigurationError(f"{what} needs a {' or '.join(repr(name) for name in names)}.")


def _optional(entry: Mapping[str, object], name: str) -> str | None:
    value = entry.get(name)
    return None if value is None else str(value)


def _texts(value: object, what: str) -> Sequence[str]:
    return tuple(str(one) for one in _list(value, what))


def _list(value: object, what: str) -> list[object]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{what} must be a JSON list in brackets.")
    return value
