"""`azd up` finds what it needs: the project, the parameters, what its hooks are told."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.templates import INFRA, MAIN, ROOT, code, declared, dotted, required, text

AZD = yaml.safe_load((ROOT / "azure.yaml").read_text("utf-8"))
SET_BY_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE"}
CHOSEN = "AZURE_SUBSCRIPTION_ID"
"""By azd; the Azure CLI may have another one as its default."""


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
        named = set(re.findall(r"\$(?:env:)?([A-Z_]{3,})", run))
        assert named - {CHOSEN} <= told
        assert re.search(rf"--subscription \"?\$(env:)?{CHOSEN}\b", run)
        given = set(re.findall(r"(\w+)=[\"$]", run))
        assert required("erp-subscription.bicep") <= given <= takes
        (template,) = re.findall(r"--template-file (\S+)", run)
        assert (ROOT / template).is_file()


@pytest.mark.parametrize(("failures", "status", "asked"), [(0, 0, 1), (2, 0, 3), (3, 1, 3)])
def test_the_subscription_is_tried_until_azure_knows_the_function(
    tmp_path: Path, failures: int, status: int, asked: int
) -> None:
    """az fails so often; `sleep` and `./eira` are stand-ins that take no time and say they ran."""
    for name, lines in {
        "az": f"echo az >> ran\n[ $(grep -c az ran) -gt {failures} ]",
        "sleep": "echo slept >> ran",
        "eira": "echo smoke >> ran",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", AZD["hooks"]["postdeploy"]["posix"]["run"]],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        check=False,
    )
    ran = (tmp_path / "ran").read_text("utf-8").split()
    assert (done.returncode, ran.count("az")) == (status, asked)
    assert ran.count("smoke") == (status == 0)


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


def hook_of_the_page(system: str) -> str:
    run: str = AZD["services"]["web"]["hooks"]["predeploy"][system]["run"]
    return run


def settings_of_the_local_page() -> dict[str, str]:
    cloud = json.loads((ROOT / "demo/cloud.json").read_text("utf-8"))
    found: dict[str, str] = cloud["services"]["staticweb"]["documents"]["/settings.json"]
    return found


def test_the_page_is_built_where_it_is_taken_from() -> None:
    web = AZD["services"]["web"]
    folder = ROOT / web["project"]
    scripts = json.loads((folder / "package.json").read_text("utf-8"))["scripts"]
    # azd runs the script of this name, and none if there is none.
    assert "ng build" in scripts["build"]
    cloud = json.loads((ROOT / "demo/cloud.json").read_text("utf-8"))["services"]["staticweb"]
    assert (ROOT / "demo" / cloud["folder"]).resolve() == folder / web["dist"]


def test_the_page_is_told_what_the_local_one_is_told(tmp_path: Path) -> None:
    """The hook is run: of what it writes the page can make what it does locally."""
    (tmp_path / AZD["services"]["web"]["dist"]).mkdir(parents=True)
    told = {name: f"https://{name.lower()}" for name in declared(MAIN, "outputs")}
    subprocess.run(["sh", "-c", hook_of_the_page("posix")], cwd=tmp_path, env=told, check=True)
    written = json.loads((tmp_path / "dist/app/browser/settings.json").read_text("utf-8"))
    assert written == {
        "authority": "https://web_authority",
        "clientId": "https://web_client_id",
        "scope": "https://web_scope",
        "apiBase": "https://eira_url",
    }
    assert written.keys() == settings_of_the_local_page().keys()


def test_the_page_is_told_the_same_from_windows() -> None:
    run = hook_of_the_page("windows")
    pairs = dict(re.findall(r"(\w+) = \$env:(\w+)", run))
    assert pairs.keys() == settings_of_the_local_page().keys()
    assert set(pairs.values()) <= set(declared(MAIN, "outputs"))
    assert set(pairs.values()) == set(re.findall(r"\$([A-Z_]+)", hook_of_the_page("posix")))


def test_the_pages_addresses_are_of_the_same_kind_as_the_local_ones() -> None:
    local, outputs = settings_of_the_local_page(), declared(MAIN, "outputs")
    assert local["authority"].endswith("/v2.0")
    assert outputs["WEB_AUTHORITY"]["value"].endswith("/v2.0")
    # Without /api, which the page adds.
    assert local["apiBase"] == "${app.url}"
    assert dotted(outputs["EIRA_URL"]["value"]) == "function.outputs.url"
