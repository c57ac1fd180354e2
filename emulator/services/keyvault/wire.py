"""The JSON of Key Vault's secrets API, as azure-keyvault-secrets sends and reads it.

Source: https://learn.microsoft.com/rest/api/keyvault/secrets
"""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from .store import Properties, Version

RETENTION_DAYS = 90


class VaultError(Exception):
    """Answered as `{"error": {"code", "message"}}` with `status`."""

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner

    def response(self) -> web.Response:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.inner is not None:
            error["innererror"] = {"code": self.inner}
        return web.json_response({"error": error}, status=self.status)


def not_found(name: str) -> VaultError:
    message = (
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted "
        "this secret you may be able to recover it using the correct recovery command."
    )
    return VaultError(404, "SecretNotFound", message)


def bundle(version: Version, vault: str) -> dict[str, object]:
    """A secret with its value."""
    return {"value": version.properties.value, **item(version, vault, with_version=True)}


def item(version: Version, vault: str, *, with_version: bool) -> dict[str, object]:
    """A secret without its value, as lists hold it."""
    properties = version.properties
    attributes: dict[str, object] = {
        "enabled": properties.enabled,
        "created": version.created,
        "updated": version.updated,
        "recoveryLevel": "Recoverable+Purgeable",
        "recoverableDays": RETENTION_DAYS,
    }
    if properties.not_before is not None:
        attributes["nbf"] = properties.not_before
    if properties.expires is not None:
        attributes["exp"] = properties.expires
    suffix = f"/{version.version}" if with_version else ""
    answer: dict[str, object] = {
        "id": f"{vault}/secrets/{version.name}{suffix}",
        "attributes": attributes,
    }
    if properties.content_type is not None:
        answer["contentType"] = properties.content_type
    if properties.tags is not None:
        answer["tags"] = dict(properties.tags)
    return answer


def deletion(name: str, vault: str, deleted_at: int) -> dict[str, object]:
    """What a deleted secret's answer has on top."""
    return {
        "recoveryId": f"{vault}/deletedsecrets/{name}",
        "deletedDate": deleted_at,
        "scheduledPurgeDate": deleted_at + RETENTION_DAYS * 86400,
    }


def changed(properties: Properties, body: object) -> Properties:
    """`properties` with what a set or update request names; raises `VaultError` (400)."""
    if not isinstance(body, dict):
        raise _bad("The request body must be a JSON object.")
    if "value" in body:
        if not isinstance(body["value"], str):
            raise _bad('"value" must be a string.')
        properties = replace(properties, value=body["value"])
    if (content_type := body.get("contentType")) is not None:
        properties = replace(properties, content_type=str(content_type))
    if (tags := body.get("tags")) is not None:
        if not isinstance(tags, dict):
            raise _bad('"tags" must be an object of strings.')
        tags = {str(name): str(value) for name, value in tags.items()}
        properties = replace(properties, tags=tags)
    return _with_attributes(properties, body.get("attributes"))


def _with_attributes(properties: Properties, attributes: object) -> Properties:
    if attributes is None:
        return properties
    if not isinstance(attributes, dict):
        raise _bad('"attributes" must be an object.')
    return replace(
        properties,
        enabled=bool(attributes.get("enabled", properties.enabled)),
        not_before=_epoch(attributes, "nbf", properties.not_before),
        expires=_epoch(attributes, "exp", properties.expires),
    )


def _epoch(attributes: Mapping[str, object], name: str, default: int | None) -> int | None:
    value = attributes.get(name)
    if value is None:
        return default
    if not isinstance(value, int):
        raise _bad(f'"{name}" must be a whole number of seconds since 1970.')
    return value


def _bad(message: str) -> VaultError:
    return VaultError(400, "BadParameter", message)
