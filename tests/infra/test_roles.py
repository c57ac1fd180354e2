"""Who may do what: no role that no call needs, no call without its role."""

import ast
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
    "cosmosDataContributor": {"CosmosClient"},
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


def clients() -> Iterator[str]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
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


def test_nobody_is_an_owner_or_contributor_of_resources() -> None:
    """Nor User Access Administrator; and none is given that is not in roles.bicep."""
    text = "".join(path.read_text("utf-8") for path in INFRA.rglob("*.bicep"))
    wide = ("8e3af657-a8ff", "b24988ac-6180", "18d7d88d-d35e")
    assert not [each for each in wide if each in text]
    assert text.count("roleDefinitionId") == len(assignments())
    assert "scope: resourceGroup()" not in text


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
