"""Handles of secure values: what they stand for, sealed for one user of one session, for a while.

`h_` and base64url of: format (1 byte), the version of the key in Key Vault (16), nonce (12), and
AES-256-GCM of a small JSON object, with tenant, user and session as additional data. Inside are
the alias, where its secret is, and when this is over: no secret, so that none travels or is stored
(docs/adr/0030-a-handle-holds-a-reference.md).
"""

import base64
import binascii
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.contracts.credentials import Holder, SealedHandle, SecretRef, SecureAlias
from shared.credentials.caching import CachedSecrets
from shared.errors import SecretError
from shared.ports import Secret

PREFIX = "h_"
FORMAT = b"\x01"
KEY_ID, NONCE, TAG = 16, 12, 16
HEAD = len(FORMAT) + KEY_ID + NONCE
KEY_BYTES = 32
MOST_MADE_UP = 20
"""In a minute: who makes handles up must not use up what Key Vault answers to everybody."""


class Sealed(Contract):
    """What is inside."""

    alias: str
    secret: SecretRef
    until: int
    """Seconds of Unix time."""


@dataclass(slots=True)
class _MadeUp:
    """Versions that Key Vault was asked for in vain within this minute."""

    minute: int = 0
    count: int = 0

    def are_too_many(self, now: datetime) -> bool:
        return self.count >= MOST_MADE_UP and self.minute == _minute(now)

    def add(self, now: datetime) -> None:
        self.count = self.count + 1 if self.minute == _minute(now) else 1
        self.minute = _minute(now)


@dataclass(frozen=True, slots=True)
class Handles:
    """`key` is the name in Key Vault of the key that seals: 32 random bytes in base64. A new
    version of it seals from then on, an older one opens what it has sealed until that is over."""

    secrets: CachedSecrets
    key: str
    seconds: int
    now: Callable[[], datetime]
    made_up: _MadeUp = field(default_factory=_MadeUp)

    async def seal(self, alias: SecureAlias, holder: Holder) -> SealedHandle:
        """Raises SecretError."""
        key = await self.secrets.get(self.key)
        until = int(self.now().timestamp()) + self.seconds
        sealed = Sealed(alias=alias.name, secret=alias.secret, until=until)
        nonce = os.urandom(NONCE)
        head = FORMAT + _key_id(key) + nonce
        body = _cipher(key).encrypt(nonce, json.dumps(sealed.wire()).encode(), _bound(head, holder))
        handle = PREFIX + base64.urlsafe_b64encode(head + body).decode().rstrip("=")
        return SealedHandle(handle, datetime.fromtimestamp(until, UTC))

    async def open(self, handle: str, holder: Holder) -> Sealed | None:
        """What it stands for; None if it is none of ours, another holder's, changed, or over: who
        asks is not told which. Raises SecretError when the key cannot be had for now."""
        octets = _octets(handle)
        if octets is None:
            return None
        key = await self._key(octets[len(FORMAT) : HEAD - NONCE])
        if key is None:
            return None
        head, body = octets[:HEAD], octets[HEAD:]
        try:
            inside = _cipher(key).decrypt(head[-NONCE:], body, _bound(head, holder))
            sealed = Sealed.model_validate_json(inside)
        except (InvalidTag, ValidationError):
            return None
        return sealed if self.now().timestamp() < sealed.until else None

    async def _key(self, key_id: bytes) -> Secret | None:
        """The key of this version; None if the vault has none. Raises SecretError."""
        newest = await self.secrets.get(self.key)
        if _key_id(newest) == key_id:
            return newest
        if self.made_up.are_too_many(self.now()):
            raise SecretError("too many handles name keys that there are not")
        try:
            return await self.secrets.get(self.key, key_id.hex())
        except SecretError as error:
            if error.retryable:
                raise
            self.made_up.add(self.now())
            return None


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _octets(handle: str) -> bytes | None:
    text = handle.removeprefix(PREFIX)
    try:
        octets = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    whole = handle.startswith(PREFIX) and len(octets) > HEAD + TAG and octets.startswith(FORMAT)
    return octets if whole else None


def _bound(head: bytes, holder: Holder) -> bytes:
    """What has to be the same again when a handle is opened."""
    named = [head.hex(), holder.tenant_id, holder.user_id, holder.session_id]
    return json.dumps(named).encode()


def _key_id(key: Secret) -> bytes:
    """Versions of Key Vault are 32 hexadecimal digits. Raises SecretError for others."""
    try:
        octets = bytes.fromhex(key.version)
    except ValueError:
        octets = b""
    if len(octets) != KEY_ID:
        raise SecretError(f"the version of {key.ref.name} is none of Key Vault's", retryable=False)
    return octets


def _cipher(key: Secret) -> AESGCM:
    """Raises SecretError for what is no key, without telling it."""
    try:
        octets = base64.b64decode(key.value, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != KEY_BYTES:
        what = f"the secret {key.ref.name} is not {KEY_BYTES} bytes in base64"
        raise SecretError(what, retryable=False)
    return AESGCM(octets)
