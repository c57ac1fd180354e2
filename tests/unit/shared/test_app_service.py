"""Who is asking, by the header of App Service authentication."""

import base64
import json
from typing import Any

import pytest

from shared.errors import UnauthenticatedError
from shared.identity.app_service import AppServicePrincipals

TENANT, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
PRINCIPALS = AppServicePrincipals([TENANT], {"employee": ("tasks:read",)})
LONG = "http://schemas.microsoft.com/identity/claims/"
DOTNET_ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
CLAIMS = {"tid": TENANT, "oid": "ana", "name": "Ana López", "roles": "employee"}


def header(claims: dict[str, Any] | list[tuple[str, str]] = CLAIMS, **changes: Any) -> str:
    pairs = claims.items() if isinstance(claims, dict) else claims
    principal = {
        "auth_typ": "aad",
        "claims": [{"typ": name, "val": value} for name, value in pairs],
        "name_typ": "name",
        "role_typ": "roles",
    }
    return base64.b64encode(json.dumps(principal | changes).encode()).decode()


def test_its_claims_are_a_caller_with_the_rights_of_the_roles() -> None:
    caller = PRINCIPALS.read(header())
    assert (caller.tenant_id, caller.user_id, caller.name) == (TENANT, "ana", "Ana López")
    assert (caller.roles, caller.rights) == (("employee",), ("tasks:read",))


@pytest.mark.parametrize("role", [DOTNET_ROLE, "https://example.org/our-roles"])
def test_the_platforms_longer_names_are_read_too(role: str) -> None:
    claims = {f"{LONG}tenantid": TENANT, f"{LONG}objectidentifier": "ana", role: "employee"}
    assert PRINCIPALS.read(header(claims, role_typ=role)).rights == ("tasks:read",)


def test_several_roles_are_several_claims() -> None:
    claims = [("tid", TENANT), ("oid", "ana"), ("roles", "x"), ("roles", "employee")]
    assert PRINCIPALS.read(header(claims)).roles == ("employee", "x")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "no base64!",
        "cañón",
        base64.b64encode(b"no json").decode(),
        base64.b64encode(b"[]").decode(),
        header({**CLAIMS, "tid": OTHER}),
        header({"oid": "ana"}),
        header({"tid": TENANT}),
        header(auth_typ="google"),
        header(auth_typ=None),
        header([("tid", TENANT), (f"{LONG}tenantid", OTHER), ("oid", "ana")]),
        header([("tid", TENANT), ("oid", "ana"), ("oid", "marta")]),
    ],
)
def test_what_is_no_person_of_ours_is_refused(wrong: str) -> None:
    with pytest.raises(UnauthenticatedError):
        PRINCIPALS.read(wrong)
