"""What must hold of every resource: no keys, no plain connections, nobody in who has no business.

`checkov` 3.3 has no say here: it knows resources, not the parameters of verified modules, and its
parser (pycep 0.5.1) cannot read templates that import. So the policies stand here, by parameter.
"""

import json
import re

import pytest

from tests.infra.templates import INFRA, MAIN, Module, code, declared, modules, names, verified

MUST: dict[str, dict[str, object]] = {
    "cognitive-services/account": {
        "disableLocalAuth": True,
        "restrictOutboundNetworkAccess": True,
    },
    "document-db/database-account": {
        "backupPolicyType": "Continuous",
        "disableKeyBasedMetadataWriteAccess": True,
        "disableLocalAuthentication": True,
        "minimumTlsVersion": "Tls12",
    },
    "event-grid/topic": {"disableLocalAuth": True, "minimumTlsVersionAllowed": "1.2"},
    "insights/component": {"disableIpMasking": False, "disableLocalAuth": True},
    "key-vault/vault": {
        "enablePurgeProtection": True,
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "enableVaultForDeployment": False,
        "enableVaultForDiskEncryption": False,
        "enableVaultForTemplateDeployment": False,
    },
    "search/search-service": {"disableLocalAuth": True},
    "storage/storage-account": {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "defaultToOAuthAuthentication": True,
        "minimumTlsVersion": "TLS1_2",
    },
    "web/site": {"clientAffinityEnabled": False, "httpsOnly": True},
}
PRIVATE = {
    "cognitive-services/account",
    "document-db/database-account",
    "key-vault/vault",
    "search/search-service",
    "storage/storage-account",
}
"""What has a private endpoint where the network is private."""
KEYS = r"list\w*Keys?\(|Credentials\(|\.primaryKey|onnectionStrings\[|exportedSecrets|AccountKey="


def kind(used: Module) -> str:
    return used.path.removeprefix("avm/res/").partition(":")[0]


def of_kinds(kinds: set[str]) -> list[Module]:
    return [each for each in modules() if each.is_verified and kind(each) in kinds]


def identified(used: Module) -> str:
    return f"{used.file}:{used.symbol}"


@pytest.mark.parametrize("used", of_kinds(set(MUST)), ids=identified)
def test_a_service_is_locked(used: Module) -> None:
    policy = MUST[kind(used)]
    assert {each: used.params.get(each) for each in policy} == policy


def test_there_is_such_a_service_for_every_policy() -> None:
    assert {kind(each) for each in of_kinds(set(MUST))} == set(MUST)


@pytest.mark.parametrize("used", of_kinds(PRIVATE), ids=identified)
def test_a_store_can_be_private(used: Module) -> None:
    assert used.params["privateEndpoints"]
    if kind(used) == "storage/storage-account":
        # Open to trusted services only: Event Grid brings dead letters.
        assert used.params["networkAcls"]["bypass"] == "AzureServices"
        shut = used.params["networkAcls"]["defaultAction"]
    elif kind(used) == "document-db/database-account":
        shut = used.params["networkRestrictions"]["publicNetworkAccess"]
    else:
        shut = used.params["publicNetworkAccess"]
    assert re.search(r"'isPrivate'.*('Deny'|'Disabled')", str(shut))


def test_the_scheduler_can_be_private() -> None:
    """It has no verified module, so its endpoint is one of its own."""
    (scheduler,) = re.findall(r"resource scheduler .*?\n}\n", code("app/durable.bicep"), re.DOTALL)
    assert "ipAllowlist: isPrivate ? [] :" in scheduler
    assert "publicNetworkAccess: isPrivate ? 'Disabled' :" in scheduler
    (connection,) = verified("network/private-endpoint").params["privateLinkServiceConnections"]
    assert connection["properties"]["groupIds"] == ["scheduler"]


def test_every_private_endpoint_has_its_zone() -> None:
    zones = set(declared("app/network.bicep", "variables")["zoneNames"]["value"])
    handed_on = set(re.findall(r"zones\.\?(\w+)", code(MAIN)))
    # Storage takes all of them, and has three.
    assert handed_on | {"blob", "queue", "table"} == zones


@pytest.mark.parametrize("name", names())
def test_no_key_is_asked_for(name: str) -> None:
    assert re.findall(KEYS, code(name)) == []


def test_no_secret_is_a_parameter_or_an_output() -> None:
    for name in names():
        assert "@secure" not in code(name)
        told = {*declared(name, "parameters"), *declared(name, "outputs")}
        secret = {
            each for each in told if re.search(r"(?i)(password|apikey|accountkey|token)$", each)
        }
        assert secret == set()
    assert "insightsConnectionString" not in declared(MAIN, "outputs")


def test_publishing_by_password_is_off() -> None:
    off = verified("web/site").params["basicPublishingCredentialsPolicies"]
    assert off == [{"name": "ftp", "allow": False}, {"name": "scm", "allow": False}]
    config = verified("web/site").params["siteConfig"]
    assert (config["minTlsVersion"], config["scmMinTlsVersion"]) == ("1.2", "1.2")
    assert config["cors"]["supportCredentials"] is False


def test_browsers_may_not_come_from_everywhere() -> None:
    assert "'*'" not in code(MAIN)
    assert "corsOrigins: concat([web.outputs.origin], moreOrigins)" in code(MAIN)


def test_nothing_is_reported_to_the_makers_of_the_modules() -> None:
    silent = [each for each in modules() if each.is_verified]
    assert {each.params.get("enableTelemetry") for each in silent} == {False}


def test_what_is_made_is_tagged() -> None:
    """By which azd finds it again, and whoever pays."""
    untagged = {kind(each) for each in modules() if each.is_verified and "tags" not in each.params}
    # A part of the topic.
    assert untagged == {"event-grid/topic/event-subscription"}


def test_the_linter_of_bicep_is_strict() -> None:
    rules = json.loads((INFRA / "bicepconfig.json").read_text("utf-8"))["analyzers"]["core"][
        "rules"
    ]
    assert rules["outputs-should-not-contain-secrets"]["level"] == "error"
