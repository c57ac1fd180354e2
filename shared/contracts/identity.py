"""Who is asking."""

from typing import Literal

from shared.contracts.base import Contract

type Language = Literal["es", "en"]
"""What is answered in."""

type SpokenLanguage = Literal["es", "en", "ca", "eu", "gl"]
"""What is recognised; Catalan, Basque and Galician are answered in Spanish."""


class Caller(Contract):
    """A verified person: what the access token says, and the rights its roles carry here."""

    tenant_id: str
    user_id: str
    name: str
    roles: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
