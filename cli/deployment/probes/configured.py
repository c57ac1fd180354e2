"""The settings: what is missing, wrong, unknown, insecure, as the app's start says it."""

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.subject import Place
from shared.errors import ConfigurationError
from shared.packs import PACKS, FolderPacks
from shared.settings import get_settings, our_settings, unknown_settings
from shared.starting import check_settings

AREA = "settings"
TRIED = "read as the app reads them when it starts"


def look(place: Place) -> list[Finding]:
    """An error means that there are none to go on with."""
    try:
        settings = get_settings()
        check_settings()
    except ConfigurationError as wrong:
        said = (str(wrong), *wrong.others)
        return [error(AREA, each, TRIED, _how(place)) for each in said]
    try:
        packs = FolderPacks(PACKS, settings.packs.version)
        packs.get(packs.current)
    except ConfigurationError as wrong:
        tried = "the packs of this folder"
        return [error(AREA, str(wrong), tried, f"git pull, if it is newer; or {_how(place)}")]
    count = sum(1 for _ in our_settings())
    unknown = [
        warning(AREA, f"{name} is no setting of this version", TRIED, f"take {name} away")
        for name in unknown_settings()
    ]
    return [ok(AREA, f"{count} are set, and the app starts with them"), *unknown]


def _how(place: Place) -> str:
    if place.local:
        return 'set it under "Values" in local.settings.json, and run ./eira up again'
    name = place.value("AZURE_FUNCTION_APP", "<app>")
    group = place.value("AZURE_RESOURCE_GROUP", "<resource group>")
    return (
        "set it in infra/main.parameters.json (settings) and azd provision; for the moment: "
        f"az functionapp config appsettings set -g {group} -n {name} --settings NAME=VALUE"
    )
