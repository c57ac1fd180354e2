"""Who is asking, as the app knows them."""

from shared.contracts.base import Contract
from shared.contracts.identity import Language


class Me(Contract):
    """`GET /api/me`. `rights` are those that the roles carry here; `languages` what the app speaks,
    the one in which it speaks to this caller first."""

    user_id: str
    name: str
    tenant_id: str
    roles: tuple[str, ...]
    rights: tuple[str, ...]
    languages: tuple[Language, ...]
