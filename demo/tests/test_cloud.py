"""The local cloud's configuration hangs together."""

import json
import re
from collections import Counter
from pathlib import Path

from .packs import Document, part, read_json, texts, tools

DEMO = Path(__file__).parents[1]


def people() -> list[Document]:
    tenants = read_json(DEMO / "users.json")["tenants"]
    assert isinstance(tenants, list)
    return [{**user, "tenantId": tenant["id"]} for tenant in tenants for user in tenant["users"]]


def app_settings() -> Document:
    return part(read_json(DEMO / "cloud.json"), "appSettings")


def role_rights() -> Document:
    found = json.loads(str(app_settings()["Auth__RoleRights"]))
    assert isinstance(found, dict)
    return found


def test_people_can_be_told_apart() -> None:
    for name in ("id", "username", "email"):
        most_common = Counter(str(person[name]) for person in people()).most_common(1)
        assert most_common[0][1] == 1, most_common


def test_the_app_admits_exactly_the_tenants_of_the_demo() -> None:
    admitted = json.loads(str(app_settings()["Auth__Tenants"]))

    assert set(admitted) == {person["tenantId"] for person in people()}


def test_the_erp_is_seeded_for_every_tenant() -> None:
    erp = part(read_json(DEMO / "cloud.json"), "services", "erp")

    seed = read_json(DEMO / str(erp["seed"]))

    assert set(seed) == {person["tenantId"] for person in people()}


def test_every_role_has_rights_and_every_tool_somebody_who_may_use_it() -> None:
    rights = role_rights()
    granted = {right for role in rights for right in texts(rights, role)}

    assert {role for person in people() for role in texts(person, "roles")} <= set(rights)
    assert {tool["right"] for tool in tools().values()} <= granted


def test_an_employee_may_not_open_projects_and_only_an_admin_registers_users() -> None:
    rights = role_rights()

    assert "projects:write" not in texts(rights, "employee")
    assert [role for role in rights if "users:write" in texts(rights, role)] == ["admin"]


def test_every_service_has_a_port_of_its_own() -> None:
    services = part(read_json(DEMO / "cloud.json"), "services")
    sections = [part(services, name) for name in services]
    ports = [one["port"] for one in sections]
    ports += [one["httpPort"] for one in sections if "httpPort" in one]

    assert len({*ports}) == len(ports) > len(sections)


def test_settings_refer_only_to_services_that_are_started() -> None:
    services = part(read_json(DEMO / "cloud.json"), "services")
    for value in app_settings().values():
        # `${data}` is the folder of the platform itself.
        if str(value).startswith("${") and not str(value).startswith("${data}/"):
            named = re.match(r"\$\{services\.(\w+)\.(?:url|httpUrl)\}(?=/|$)", str(value))
            assert named is not None, value
            assert named[1] in services


def test_who_names_the_indexes_has_messages_looked_up_in_all_of_them() -> None:
    unless = part(read_json(DEMO / "cloud.json"), "appSettingsUnless")

    assert unless == {"Search__MessageIndexes": "Search__AllowedIndexes"}
    assert {*unless, *map(str, unless.values())} <= set(app_settings())
