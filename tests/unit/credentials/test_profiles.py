"""Which profile is in force, and whose entry for a tool."""

import pytest

from shared.contracts.credentials import ProfileAccess, ToolCredential
from shared.credentials.profiles import InForce, entry_of, in_force
from tests.fakes.world import ANA, OLGA


@pytest.mark.parametrize(
    ("nearest", "of_flow", "found"),
    [
        ("prod", "staging", InForce("prod")),
        ("prod", None, InForce("prod")),
        (None, "staging", InForce("staging")),
        ("", "staging", InForce("staging")),
        (None, None, InForce("default", fell_back=True)),
        (None, "", InForce("default", fell_back=True)),
        ("default", "staging", InForce("default")),
    ],
)
def test_the_nearest_goes_before_the_flows_and_that_before_default(
    nearest: str | None, of_flow: str | None, found: InForce
) -> None:
    assert in_force(nearest, of_flow) == found


def test_a_profile_speaks_for_the_tools_that_it_names_and_default_for_the_others() -> None:
    ours, theirs = ToolCredential("ai_search", "prod"), ToolCredential("ai_search", "default")
    proxy = ToolCredential("proxy", "default")
    profiles = {"prod": {"ai_search": ours}, "default": {"ai_search": theirs, "proxy": proxy}}
    assert entry_of("ai_search", "prod", profiles) is ours
    assert entry_of("proxy", "prod", profiles) is proxy
    assert entry_of("ai_search", "default", profiles) is theirs
    assert entry_of("openai", "prod", profiles) is None
    assert entry_of("openai", "prod", {}) is None


def test_access_is_by_tenant_and_by_role() -> None:
    assert ProfileAccess().admits(ANA)
    assert ProfileAccess(tenants=("tenant-a",)).admits(ANA)
    assert not ProfileAccess(tenants=("tenant-a",)).admits(OLGA)
    assert not ProfileAccess(tenants=()).admits(ANA)
    assert ProfileAccess(roles=("manager", "employee")).admits(OLGA)
    assert not ProfileAccess(tenants=("tenant-a",), roles=("manager",)).admits(ANA)
