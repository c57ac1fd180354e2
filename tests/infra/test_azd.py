"""`azd up` finds what it needs: the project, the parameters, what its hooks are told."""

import json
import re
from typing import Any

import yaml

from tests.infra.templates import INFRA, MAIN, ROOT, code, declared, required, text

AZD = yaml.safe_load((ROOT / "azure.yaml").read_text("utf-8"))
SET_BY_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE"}


def parameters() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        (INFRA / "main.parameters.json").read_text("utf-8")
    )["parameters"]
    return found


def test_the_services_are_there_and_are_found_again_by_their_tag() -> None:
    services: dict[str, Any] = AZD["services"]
    for name, service in services.items():
        assert (ROOT / service["project"]).is_dir()
        tagged = [
            path
            for path in INFRA.rglob("*.bicep")
            if f"'azd-service-name': '{name}'" in path.read_text("utf-8")
        ]
        assert len(tagged) == 1
    assert (ROOT / services["api"]["project"] / "function_app.py").is_file()
    assert (INFRA / f"{AZD['infra']['module']}.bicep").is_file()


def test_what_is_asked_is_taken() -> None:
    assert set(parameters()) <= set(declared(MAIN, "parameters"))
    assert required(MAIN) <= set(parameters())
    asked = {
        name: re.fullmatch(r"\$\{(\w+)(=[\w ]*)?\}", of["value"])
        for name, of in parameters().items()
    }
    assert [name for name, found in asked.items() if found is None] == []
    # Without a default azd asks for it, which is for what there is no good guess of.
    silent = {
        name
        for name, found in asked.items()
        if found and found[2] is None and found[1] not in SET_BY_AZD
    }
    assert silent == required(MAIN) - {"environmentName", "location"}


def test_what_is_put_out_is_not_asked_for_the_next_time() -> None:
    """azd keeps outputs beside what somebody set: what was made must not come back as a wish."""
    outputs = {name: of["value"] for name, of in declared(MAIN, "outputs").items()}
    back = {
        parameter: found[1]
        for parameter, of in parameters().items()
        if (found := re.match(r"\$\{(\w+)", of["value"])) and found[1] in outputs
    }
    assert {name: outputs[name] for name in back.values()} == {
        name: parameter for parameter, name in back.items()
    }


def test_hooks_are_told_what_the_templates_say() -> None:
    told = set(declared(MAIN, "outputs"))
    takes = set(declared("erp-subscription.bicep", "parameters"))
    for run in (each["run"] for each in AZD["hooks"]["postdeploy"].values()):
        assert set(re.findall(r"\$(?:env:)?([A-Z_]{3,})", run)) <= told
        given = set(re.findall(r"(\w+)=[\"$]", run))
        assert required("erp-subscription.bicep") <= given <= takes
        (template,) = re.findall(r"--template-file (\S+)", run)
        assert (ROOT / template).is_file()


def test_the_function_that_is_subscribed_is_in_the_app() -> None:
    subscribed = re.findall(r"/functions/(\w+)", code("erp-subscription.bicep"))
    app = (ROOT / "function_app.py").read_text("utf-8")
    assert subscribed == re.findall(r'register_event_grid\(app, "(\w+)"', app)


def test_dead_letters_go_where_the_topic_may_write() -> None:
    assert "deadLetterContainer: deadLetterContainer" in code(MAIN)
    default = declared("erp-subscription.bicep", "parameters")["deadLetterContainer"]["default"]
    assert declared(MAIN, "variables")["deadLetterContainer"]["value"] == default
    assert "deadLetterWithResourceIdentity" in text("erp-subscription.bicep")


def test_what_is_put_out_under_the_name_of_a_setting_is_what_the_app_is_told() -> None:
    """So that whoever loads the index makes the one that the app asks."""
    told = declared(MAIN, "variables")["appSettings"]["value"]
    outputs = {name: of["value"] for name, of in declared(MAIN, "outputs").items() if "__" in name}
    assert outputs.keys() <= told.keys()
    assert {name: told[name] for name in outputs} == outputs
