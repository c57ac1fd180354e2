"""What the Azure Developer CLI knows of a deployment: its environment's values."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cli.errors import CommandError

FOLDER = Path(".azure")
URL = "EIRA_URL"
"""Put out by infra/main.bicep: whoever has it has all others of a deployment."""
NAME = "AZURE_ENV_NAME"
"""Of the environment: in azd's hooks it is set. azd itself heeds it elsewhere, too."""
ASKS_SECONDS = 60.0
EXIT_NOT_DEPLOYED = 2
_ESCAPED = re.compile(r"\\(.)")


def deployment_values(name: str | None = None) -> dict[str, str]:
    """`known_values` of what is provisioned. Raises CommandError."""
    values = known_values(name)
    if not values.get(URL):
        which = f"the azd environment {name}" if name else "azd's environment"
        raise CommandError(
            f"{which} has no {URL}: nothing is provisioned there yet; run `azd provision`.",
            exit_code=EXIT_NOT_DEPLOYED,
        )
    return values


def known_values(name: str | None = None) -> dict[str, str]:
    """This process's environment, and over it what azd keeps of its environment `name` (the one
    that is chosen), of which there may be little yet. To its hooks azd has given all of it already,
    and the environment's name with it. Raises CommandError."""
    inside = dict(os.environ)
    if name is None and inside.get(URL) and inside.get(NAME):
        return inside
    # What somebody has of another deployment in the shell is nothing of this one.
    inside.pop(URL, None)
    return {**inside, **_values(name)}


def _values(name: str | None) -> Mapping[str, str]:
    azd = shutil.which("azd")
    # Where it is not installed (WSL beside a Windows that has it) its files tell the same.
    return _from_file(name) if azd is None else _asked(azd, name)


def _asked(azd: str, name: str | None) -> Mapping[str, str]:
    command = [azd, "env", "get-values", "--output", "json", "--no-prompt"]
    if name is not None:
        command += ["--environment", name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=ASKS_SECONDS, check=False
        )
        document = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        document = None
    if not isinstance(document, dict):
        raise CommandError(
            "azd does not tell its environment's values; `azd env list` says which there are, "
            "`azd env get-values` what is wrong.",
            exit_code=EXIT_NOT_DEPLOYED,
        )
    return {str(key): str(value) for key, value in document.items()}


def _from_file(name: str | None) -> Mapping[str, str]:
    try:
        chosen = name or os.environ.get(NAME) or _default()
        text = (FOLDER / chosen / ".env").read_text("utf-8")
    except (OSError, ValueError, KeyError, TypeError):
        raise CommandError(
            f"azd is not installed here, and {_not_among(name)}", exit_code=EXIT_NOT_DEPLOYED
        ) from None
    return parse_env(text)


def _not_among(name: str | None) -> str:
    known = ", ".join(sorted(each.parent.name for each in FOLDER.glob("*/.env")))
    if not known:
        return "no environment of it is in .azure; run `azd provision` first."
    if name is None:
        return f"none is chosen; there are: {known}; name one behind --azd, or set {NAME}."
    return f"no environment {name} of it is in .azure; there are: {known}."


def _default() -> str:
    return str(json.loads((FOLDER / "config.json").read_text("utf-8"))["defaultEnvironment"])


def parse_env(text: str) -> dict[str, str]:
    """The values of azd's .env file: NAME="value", with what is special escaped by a backslash."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or name.lstrip().startswith("#"):
            continue
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = _ESCAPED.sub(_meant, value[1:-1])
        found[name.strip()] = value
    return found


def _meant(escaped: re.Match[str]) -> str:
    return {"n": "\n", "r": "\r"}.get(escaped[1], escaped[1])
