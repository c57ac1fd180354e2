"""Access tokens (RS256 JWT) that the identity service signs and every other service verifies."""

import base64
import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

LIFETIME = 24 * 3600
"""Seconds a token lives when its claims name no end."""

_KEY_FILE = "signing.pem"
_LEEWAY = 5
_REMEMBERED = 256


class TokenRejected(Exception):  # noqa: N818 (an outcome a caller answers, not a fault)
    """A token that must not be accepted; `reason` is fit to be shown to the caller."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The one RSA key of this machine's token issuer."""

    key: RSAPrivateKey
    key_id: str
    _verified: dict[str, dict[str, object]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @staticmethod
    def load_or_create(directory: Path) -> "SigningKeys":
        """The key kept in `directory`, made at the first call; several processes may ask."""
        path = directory / _KEY_FILE
        if not path.is_file():
            _create_key(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError(f"{path} holds no RSA key; delete it and start again.")
        numbers = key.public_key().public_numbers()
        return SigningKeys(key, sha256(str(numbers.n).encode()).hexdigest()[:32])

    def jwks(self) -> dict[str, object]:
        """The public half as a JSON Web Key Set (RFC 7517)."""
        numbers = self.key.public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "alg": "RS256",
                    "kid": self.key_id,
                    "n": _base64url(numbers.n),
                    "e": _base64url(numbers.e),
                }
            ]
        }

    def sign(self, claims: Mapping[str, object]) -> str:
        """A signed token; `iat`, `nbf` and `exp` (epoch seconds) are added when absent."""
        now = int(time.time())
        complete: dict[str, object] = {"iat": now, "nbf": now, "exp": now + LIFETIME, **claims}
        return jwt.encode(complete, self.key, algorithm="RS256", headers={"kid": self.key_id})

    def verify(self, token: str, audience: str) -> dict[str, object]:
        """The claims of a token that is ours, in force and meant for `audience`.

        Audiences are compared without a trailing "/" and without "/.default", because the SDKs
        send a scope where the token names a resource. Raises `TokenRejected`.
        """
        claims = self._claims(token)
        found = [resource_of(one) for one in _audiences(claims["aud"])]
        if resource_of(audience) not in found:
            raise TokenRejected(
                f"The token is meant for {', '.join(found)}, not for {resource_of(audience)}."
            )
        return dict(claims)

    def _claims(self, token: str) -> Mapping[str, object]:
        """A signature is checked once, as that takes longer than a small request; whether the token
        is still in force, each time."""
        if (known := self._verified.get(token)) is not None:
            if float(str(known["exp"])) + _LEEWAY <= time.time():
                raise TokenRejected("The token has expired.")
            return known
        try:
            claims: dict[str, object] = jwt.decode(
                token,
                self.key.public_key(),
                algorithms=["RS256"],
                leeway=_LEEWAY,
                options={"verify_aud": False, "require": ["aud", "exp"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenRejected("The token has expired.") from None
        except jwt.InvalidTokenError as error:
            raise TokenRejected(f"The token is not valid: {error}.") from None
        if len(self._verified) >= _REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = claims
        return claims


def resource_of(audience: str) -> str:
    """`https://search.azure.com/.default` and `https://search.azure.com/` name one resource."""
    return audience.removesuffix("/.default").rstrip("/")


def _audiences(claim: object) -> Iterable[str]:
    if isinstance(claim, list):
        return [str(one) for one in claim]
    return [str(claim)]


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _create_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    try:
        # A link, not a rename: whoever comes second keeps the key of whoever came first.
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
