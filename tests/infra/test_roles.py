"""Who may do what: no role that no call needs, no call without its role."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.templates import INFRA, ROOT, Assignment, assignments, declared

ROOMS = ("activities", "api", "orchestrators", "shared")
APP, TOPIC = "appPrincipalId", "topicPrincipalId"

NEEDED_BY = {
    "cognitiveServicesOpenAiUser": {"AsyncAzureOpenAI"},
    "cognitiveServicesUser": {"ContentSafetyClient"},
    "cosmosDbBuiltInDataContributor": {"CosmosClient"},
    "keyVaultSecretsUser": {"SecretClient"},
    "monitoringMetricsPublisher": {"AzureMonitorMetricExporter", "AzureMonitorTraceExporter"},
    "searchIndexDataContributor": {"SearchClient"},
}
"""The role without which the service of a client refuses the app."""

NEED_NONE = {
    # The identity itself, which is given the roles.
    "DefaultAzureCredential",
    # OpenAI's own service, with a key.
    "AsyncOpenAI",
    "DefaultAioHttpClient",
    # Makes indexes, for `./eira` only: the person who calls it needs the role, the app does not.
    "SearchIndexClient",
}

OF_THE_HOST = {
    "durableTaskDataContributor",
    "storageBlobDataOwner",
    "storageQueueDataContributor",
    "storageTableDataContributor",
}
"""The Functions host signs in as the app."""


REFUSED = {
    "cosmosDbBuiltInDataContributor": (
        r"(?:create|replace|delete)_(?:container|database)(?:_if_not_exists)?"
    ),
    "keyVaultSecretsUser": (
        r"(?:set|begin_delete|purge_deleted|list_properties_of)_secrets?|update_secret_properties"
    ),
    "searchIndexDataContributor": r"(?:create|create_or_update|delete|get)_(?:index|alias)(?:es)?",
}
"""What the service refuses to who has the role."""
FOR_PEOPLE = {Path(f"shared/search/{each}.py") for each in ("copying", "indexing", "lifecycle")}
"""Makes indexes, for `./eira` only: whoever calls it needs the role, the app has none."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


def clients() -> Iterator[str]:
    for path in sources():
        yield from _clients(path)


def _clients(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and re.match(r"(azure|openai)\b", node.module or ""):
            if (node.module or "").startswith(("azure.core", "azure.durable", "azure.functions")):
                continue
            yield from (
                each.name
                for each in node.names
                if re.search(r"(Client|Credential|Exporter|OpenAI|Publisher\w*)$", each.name)
            )


def given_to(principal: str) -> set[str]:
    return {each.role for each in assignments() if each.principal == principal}


def test_every_client_of_the_app_has_its_role_and_no_role_is_left_over() -> None:
    assert set(clients()) == NEED_NONE.union(*NEEDED_BY.values())
    assert given_to(APP) == set(NEEDED_BY) | OF_THE_HOST


def test_every_role_that_is_known_is_given() -> None:
    known = declared("app/roles.bicep", "variables")["roles"]["value"]
    assert {each.role for each in assignments()} == set(known)
    assert len(set(known.values())) == len(known)


def built_in(kind: str) -> dict[str, str]:
    """Ids by name, as Microsoft's documentation has them ("Azure built-in roles", "Data plane
    role-based access control" of Cosmos DB)."""
    found: dict[str, dict[str, str]] = json.loads(
        (ROOT / "tests/infra/built_in_roles.json").read_text("utf-8")
    )
    return found[kind]


def test_a_role_is_the_built_in_one_that_its_name_says() -> None:
    known = {**built_in("Azure"), **built_in("Cosmos DB")}
    by_symbol = {re.sub(r"\W", "", name).lower(): id for name, id in known.items()}
    ours: dict[str, str] = declared("app/roles.bicep", "variables")["roles"]["value"]
    assert {name.lower(): id for name, id in ours.items()} == by_symbol


def test_nobody_is_an_owner_or_contributor_of_resources() -> None:
    """Nor may anybody give roles; and none is given that is not in roles.bicep."""
    text = "".join(path.read_text("utf-8") for path in INFRA.rglob("*.bicep"))
    wide = built_in("Privileged").values()
    assert not [each for each in wide if each in text]
    assert text.count("roleDefinitionId") == len(assignments())
    assert "scope: resourceGroup()" not in text


@pytest.mark.parametrize(("role", "calls"), REFUSED.items())
def test_no_call_needs_more_than_its_role(role: str, calls: str) -> None:
    assert role in NEEDED_BY
    called = {
        (str(path.relative_to(ROOT)), found)
        for path in sources()
        if path.relative_to(ROOT) not in FOR_PEOPLE
        for found in re.findall(rf"\.({calls})\(", path.read_text("utf-8"))
    }
    assert called == set()


def test_the_app_has_no_way_to_what_only_people_may_do() -> None:
    modules = "|".join(each.stem for each in FOR_PEOPLE)
    way = re.compile(rf"\bshared\.search\.({modules})\b|\.administration\(|\bbuild_index\(")
    ways = {path.relative_to(ROOT): way.findall(path.read_text("utf-8")) for path in sources()}
    # bootstrap has the door, for `./eira`, and nobody here goes through it.
    door = ways.pop(Path("shared/bootstrap.py"))
    assert door.count("") == 1, "build_index is defined there and not called"
    assert {path for path, found in ways.items() if found} <= FOR_PEOPLE


@pytest.mark.parametrize("given", assignments(), ids=lambda each: f"{each.file}:{each.role}")
def test_a_role_says_which_call_needs_it(given: Assignment) -> None:
    who, _, what = given.reason.partition(": ")
    assert what, f"{given.file}: nobody says what {given.role} is for"
    match who:
        case "host":
            assert given.principal == APP
            assert given.role in OF_THE_HOST
        case "person":
            assert given.principal in ("deployerPrincipalId", "operatorPrincipalId")
        case "erp":
            assert given.principal == "erpPrincipalId"
        case "erp-subscription.bicep":
            assert given.principal == TOPIC
            assert what in (INFRA / who).read_text("utf-8")
        case _:
            assert given.principal == APP
            assert what in (ROOT / who).read_text("utf-8")
