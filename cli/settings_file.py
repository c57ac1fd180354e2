"""local.settings.json: is it whole, and does it hold what a real resource needs?"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from .errors import CommandError

FILE = "local.settings.json"
EXIT_BAD_SETTINGS = 2

# What the app must be told to use the real one; each inner tuple is one sufficient way.
NEEDED: Mapping[str, Sequence[Sequence[str]]] = {
    "model": (
        ("OpenAI__ApiKey",),
        (
            "AzureOpenAI__Endpoint",
            "AzureOpenAI__ChatDeployment",
            "AzureOpenAI__EmbeddingsDeployment",
        ),
    ),
    "search": (("AzureSearch__Endpoint",),),
    "cosmos": (("Cosmos__Endpoint",),),
    "keyvault": (("KeyVault__Uri",),),
    "erp": (("Erp__BaseUrl", "Erp__Scope"),),
    "identity": (("Auth__Audience", "Auth__Tenants"),),
    # The app is called by Event Grid, and needs to know nothing of it.
    "eventgrid": ((),),
    "contentsafety": (("Moderation__Endpoint",), ("OpenAI__ApiKey",)),
}


def read_settings(folder: Path) -> Mapping[str, str]:
    """The "Values" of the settings file in `folder`, {} without one; raises `CommandError`."""
    try:
        text = (folder / FILE).read_text("utf-8-sig")
        document = cast(object, json.loads(text))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _unusable(f"{place}: this is not JSON ({error.msg}); correct it there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(f"it cannot be read ({error}).") from None
    match document:
        case {"Values": dict(values)}:
            return {str(name): str(value) for name, value in values.items()}
        case dict():
            return {}
        case _:
            raise _unusable("it must hold an object in braces; see local.settings.sample.json.")


def check_real_services(services: Sequence[str], settings: Mapping[str, str]) -> None:
    """Raises `CommandError` naming the settings that are missing for these services."""
    # As in the app, the case of a setting's name does not matter.
    given = {name.casefold() for name, value in settings.items() if value}
    for service in services:
        if service not in NEEDED:
            known = ", ".join(NEEDED)
            raise CommandError(
                f"there is no service '{service}'; --no-emulator takes: {known}.",
                exit_code=EXIT_BAD_SETTINGS,
            )
        ways = NEEDED[service]
        if not any(all(name.casefold() in given for name in way) for way in ways):
            raise CommandError(
                f"--no-emulator {service} needs {' or '.join(' and '.join(way) for way in ways)} "
                f'under "Values" in {FILE} or in the environment.',
                exit_code=EXIT_BAD_SETTINGS,
            )


def _unusable(reason: str) -> CommandError:
    return CommandError(f"{FILE}: {reason}", exit_code=EXIT_BAD_SETTINGS)
