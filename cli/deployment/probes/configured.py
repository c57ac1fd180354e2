"""The settings: what is missing, wrong, unknown, insecure, as the app's start says it."""

import re
from collections.abc import Iterator

from cli.deployment.findings import Finding, error, ok, warning
from cli.deployment.subject import Place
from shared.errors import ConfigurationError
from shared.packs import PACKS, FolderPacks
from shared.settings import get_settings, nearly_settings, our_settings, unknown_settings
from shared.starting import check_settings

AREA = "settings"
_PLACEHOLDER = re.compile(r"<[a-z][a-z -]*>")
TRIED = "read as the app reads them when it starts"


def look(place: Place) -> list[Finding]:
    """An error means that there are none to go on with."""
    unfilled = list(_unfilled())
    try:
        check_settings()
        settings = get_settings()
    except ConfigurationError as wrong:
        said = (str(wrong), *wrong.others)
        return [*(error(AREA, each, TRIED, _how(place)) for each in said), *unfilled]
    if unfilled:
        return unfilled
    try:
        packs = FolderPacks(PACKS, settings.packs.version)
        packs.get(packs.current)
    except ConfigurationError as wrong:
        tried = "the packs of this folder"
        return [error(AREA, str(wrong), tried, f"git pull, if it is newer; or {_how(place)}")]
    count = sum(1 for _ in our_settings())
    near = nearly_settings()
    unknown = [
        warning(AREA, f"{name} is no setting of this version", TRIED, _other(name, near.get(name)))
        for name in unknown_settings()
    ]
    return [ok(AREA, f"{count} are set, and the app starts with them"), *unknown]


def _unfilled() -> Iterator[Finding]:
    """What local.settings.sample.json leaves to be filled in."""
    for name, value in our_settings():
        if found := _PLACEHOLDER.search(value):
            what = f"{name}: {found[0]} is a placeholder"
            yield error(AREA, what, TRIED, "fill it in, or leave the setting out")


def _other(name: str, meant: str | None) -> str:
    return f"take {name} away" if meant is None else f"did you mean {meant}?"


def _how(place: Place) -> str:
    if place.local:
        return 'set it under "Values" in local.settings.json, and run ./eira up again'
    name = place.value("AZURE_FUNCTION_APP", "<app>")
    group = place.value("AZURE_RESOURCE_GROUP", "<resource group>")
    return (
        "set it in infra/main.parameters.json (settings) and azd provision; for the moment: "
        f"az functionapp config appsettings set -g {group} -n {name} --settings NAME=VALUE"
    )
